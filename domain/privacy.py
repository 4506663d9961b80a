"""Masks personal identifiers at equal length, so that offsets into a text stay true.

Everything that leaves the table of originals passes ``mask``. It prefers one masked word too many
to one number too few, except in names, where only stated ones ("我叫…", "市民…反映", full name with
title) are masked: "马师傅" and "司机张口就要200" are evidence, not identities. Numbers are read in
a folded copy of the text (full-width to ASCII, one code point each), so disguises do not help.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

# A text that still shows something new after so many rounds was made to; it is starred whole.
_ROUNDS = 8
_MOST_NAMES = 64  # so many different names are looked for again in one text


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Code points [start, end); kind: phone, id, plate, mail, name, at or account."""

    start: int
    end: int
    kind: str


def mask(text: str) -> str:
    """The text with every personal identifier replaced by ``*``, as many as it had code points.

    Idempotent. Service numbers (110, 12345, 400-…), worksheet and platform ids, dates and prices
    stay; so does the @ before a masked account name.
    """
    found = spans(text)
    return _starred(text, found) if found else text


def spans(text: str) -> list[Span]:
    """What ``mask`` replaces, in order and without overlap. A masked text has none."""
    found: list[Span] = []
    rest = text
    # Stars may end a word that ran on ("张三13812345678"), so look again until nothing is left.
    for _ in range(_ROUNDS):
        fresh = list(_find(rest))
        if not fresh:
            return _merged(found)
        found += fresh
        rest = _starred(rest, fresh)
    return [Span(start=0, end=len(text), kind=found[0].kind)]


def _starred(text: str, found: list[Span]) -> str:
    parts, at = [], 0
    for span in _merged(found):
        parts += [text[at : span.start], "*" * (span.end - span.start)]
        at = span.end
    return "".join([*parts, text[at:]])


def _merged(found: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(found, key=lambda one: (one.start, -one.end)):
        if merged and span.start < merged[-1].end:
            last = merged.pop()
            span = Span(start=last.start, end=max(last.end, span.end), kind=last.kind)
        merged.append(span)
    return merged


def _find(text: str) -> Iterator[Span]:
    folded = "".join(map(_fold, text))
    numbers = [*_numbers(folded), *_matches(_MAIL, folded, "mail"), *_accounts(folded)]
    yield from numbers
    if _SPELLED_DIGIT.search(folded):  # 一三八…, ①③⑧…: only where nothing plainer was found
        yield from _numbers("".join(map(_fold_spelled, _starred(folded, numbers))))
    for match in _AT.finditer(folded):
        if not _NOBODY.fullmatch(match[1]):
            yield Span(start=match.start(1), end=match.end(1), kind="at")
    yield from _names(folded)


def _numbers(folded: str) -> Iterator[Span]:
    yield from _matches(_CUED_PLATE, folded, "plate")
    if not _DIGIT.search(folded):
        return
    for pattern in (_ID_18, _ID_15):
        for match in pattern.finditer(folded):
            if _names_a_birthday(re.sub(r"[^\dx]", "", match[1])):
                yield Span(start=match.start(1), end=match.end(1), kind="id")
    yield from _matches(_PASSPORT, folded, "id")
    for pattern in (_MOBILE, _LANDLINE, _CUED_PHONE):
        yield from _matches(pattern, folded, "phone")
    for match in _PLATE.finditer(folded):
        if sum(char.isdigit() for char in match[0]) >= 2:  # "新RAV" is a car, not its plate
            yield Span(start=match.start(), end=match.end(), kind="plate")


def _names_a_birthday(number: str) -> bool:
    """Whether 15 or 18 characters carry a day of birth where GB 11643 puts it.

    The check digit is not asked for: one digit typed wrong must not lay the rest open.
    """
    day = number[6:14] if len(number) == 18 else "19" + number[6:12]
    try:
        return 1850 <= date(int(day[:4]), int(day[4:6]), int(day[6:])).year < 2100
    except ValueError:
        return False


def _accounts(folded: str) -> Iterator[Span]:
    yield from _matches(_BANK_CARD, folded, "account")
    yield from _matches(_WXID, folded, "account")
    for match in _ACCOUNT.finditer(folded):
        stated = match["stated"] or not match["value"].isalpha()  # "微信wallet" is no account
        if stated and not _APP.fullmatch(match["value"]):
            yield Span(start=match.start("value"), end=match.end("value"), kind="account")


def _names(folded: str) -> Iterator[Span]:
    """Stated names, and the same names wherever else they stand in the text."""
    found = [span for one in _name_patterns() for span in _matches(one, folded, "name")]
    yield from found
    known = sorted({folded[span.start : span.end] for span in found}, key=len)[-_MOST_NAMES:]
    if known:
        again = "|".join(re.escape(name) for name in reversed(known))
        yield from _matches(re.compile(again), folded, "name")


def _matches(pattern: re.Pattern[str], folded: str, kind: str) -> Iterator[Span]:
    """One span for each match: its groups that took part, or all of it when there are none."""
    for match in pattern.finditer(folded):
        for group in range(1, pattern.groups + 1) if pattern.groups else (0,):
            if match.start(group) < match.end(group):
                yield Span(start=match.start(group), end=match.end(group), kind=kind)


# --- folding: one code point to one code point --------------------------------------------------

_ZERO_WIDTH = "\u200b"
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f\ufeff\u20e3")
_DASHES = frozenset("‐‑‒–—―−﹣－ー")
_SPELLED = {
    **dict(
        zip("零〇○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "0001234567891123456789", strict=True)
    ),
    **{circled: str(number) for number, circled in enumerate("⓪①②③④⑤⑥⑦⑧⑨")},
}
_SPELLED_DIGIT = re.compile(f"[{''.join(_SPELLED)}]")


@lru_cache(maxsize=65536)
def _fold(char: str) -> str:
    """ASCII lower case for anything that looks like it; one kind of dash, dot and space."""
    code = ord(char)
    if 0xFF01 <= code <= 0xFF5E:
        return chr(code - 0xFEE0).lower()
    if code < 128:
        return "·" if char == "•" else char.lower()
    if char in _INVISIBLE:
        return _ZERO_WIDTH
    if char in _DASHES:
        return "-"
    if char in "•・‧∙⋅":
        return "·"
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    return " " if unicodedata.category(char) == "Zs" else char


def _fold_spelled(char: str) -> str:
    return _SPELLED.get(char, char)


# --- numbers ------------------------------------------------------------------------------------

_DIGIT = re.compile("[0-9]")
_GAP = r"[ \-.·_/()\u200b]{0,2}"  # what people put between the digits of one number
_MOBILE = re.compile(
    rf"(?<!\d)(?:(?:\(?(?:\+|00)?{_GAP}86{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}}"
    r"|1[3-9]\d[,、，|]\d{4}[,、，|]\d{4}"
    r"|(?:1[3-9]\d{9}){2,3})(?!\d)"
)
_AREA = r"0(?:10|2\d|[3-9]\d{2})"
_LANDLINE = re.compile(
    rf"(?<!\d)(?:\(?{_AREA}{_GAP}|(?:\+|00){_GAP}86{_GAP}{_AREA[1:]}{_GAP})"
    rf"[2-9]\d{{2,3}}{_GAP}\d{{4}}(?:(?:转|-)\d{{1,5}})?(?!\d)"
    rf"|(?<![\d+])\+[1-9]\d{{0,2}}(?:{_GAP}\d){{8,12}}(?!\d)"
)
# 95… and 96… are service numbers; eight digits like 20261123 are a day.
_CUED_PHONE = re.compile(
    r"(?:电话|座机|手机(?:号码?|[: ])|联系方式|(?:联系|求助|来电)号码|tel|phone|致电|拨打)"
    r"[^\d\n]{0,6}(?<!\d)(?!9[56]\d{6}|20\d\d[01]\d[0-3]\d(?!\d))"
    rf"([2-9]\d{{2,3}}{_GAP}\d{{4}})(?!\d)"
)
_REGION = (
    rf"(?:1{_GAP}[1-5]|2{_GAP}[1-3]|3{_GAP}[1-7]|4{_GAP}[1-6]|5{_GAP}[0-4]|6{_GAP}[1-5]"
    rf"|8{_GAP}[1-3])"
)
# In a lookahead, so that a stray digit before the number does not hide it.
_ID_18 = re.compile(rf"(?<!\d)(?=({_REGION}(?:{_GAP}\d){{15}}{_GAP}[\dx])(?!\d))")
_ID_15 = re.compile(rf"(?<!\d)(?=({_REGION}(?:{_GAP}\d){{13}})(?!\d))")
_PASSPORT = re.compile(r"(?:护照|通行证|台胞证)[^a-z\d\n]{0,6}([a-z]{1,2}\d{7,9})(?!\d)")
_PROVINCE = "(?:[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川琼]|(?<![西南])宁)"
_PIN = r"[ \-.·_\u200b]{0,2}"
_SERIAL = r"(?:[a-z\d][ \u200b]?){4,5}(?:[a-z\d]|[挂学警港澳使领])(?![a-z\d])"
_PLATE = re.compile(
    rf"{_PROVINCE}{_PIN}[a-hj-z]{_PIN}{_SERIAL}"
    rf"|(?<![a-z])wj{_PIN}{_PROVINCE}?{_PIN}\d{{4,5}}[a-z\d]?(?![a-z\d])"
    r"|使[ ]?\d{3}[ -]?\d{3}(?![\d元块人名个多万])|(?<!\d)\d{6}使(?![用得人劲唤])"
)
_CUED_PLATE = re.compile(rf"车牌(?:号码?|照|是|为|[: ]){{0,3}}([a-hj-z]{_PIN}{_SERIAL})")

# --- accounts -----------------------------------------------------------------------------------

_MAIL = re.compile(
    r"(?<![a-z\d._%+\-])[a-z\d._%+\-]++ ?"
    r"(?:@|\(at\)|\[at\]|艾特|#(?=(?:qq|163|126|sina|gmail)\.)) ?"
    r"[a-z\d\-]++(?:(?: ?\.|。) ?[a-z\d\-]++){1,4}"
)
_WXID = re.compile(r"(?<![a-z\d])wxid_[a-z\d]{4,}")
_BANK_CARD = re.compile(
    r"(?:银行卡|储蓄卡|信用卡|卡号|账号|账户|帐号)[^\d\n]{0,8}"
    rf"(?<!\d)(\d(?:{_GAP}\d){{14,18}})(?!\d)"
)
_ACCOUNT = re.compile(
    r"(?:(?<!公众)微信|薇信|威信|加?v信|加v|\+v|(?<![a-z])(?:vx|wx|wechat|qq)|扣扣|企鹅号?|支付宝"
    r"|(?:小红书|抖音|快手|微博|b站)(?=号|账号|id))"
    r"(?P<stated>(?:账?号码?|群号?|id|[:=是为 ]){0,4})"
    rf"(?P<value>[1-9](?:{_GAP}\d){{4,11}}(?![\da-z元块万多个分人次秒年月米])"
    r"|[a-z][a-z\d_\-]{4,19})"
)
_APP = re.compile(r"android|e?mail|iphone|music|official|wallet|browser|https?.*|apple")
_AT = re.compile(r"@([\w\-·\u2600-\u27bf\u200b\U0001f000-\U0001faff]{1,30})")
# Offices, newspapers, and turns of speech after a bare @ are nobody's name.
_NOBODY = re.compile(
    r".{0,8}(?:度假区|滑雪场|雪场|景区|乐园|新天地|天定山|莲花山|机场|发布|文旅|公安|交警|警方|消防|政府"
    r"|网信办|热线|12345|客服|日报|晚报|新闻|微博|广播|电视台|管委会"
    r"|(?:应急|文旅|住建|城管|交通|旅游|市监|监管)局)"
    r"(?:了|(?:你|您|能|请|管|出来|怎么|为什么|快|啥).{0,24})?"
    r"|官方|官号|网友|所有.{0,6}|各位|大家|我|我了|我们|提问的.{0,8}|错人.{0,28}|过[的我].{0,28}"
    r"|\d{1,4}元?"
)

# --- names --------------------------------------------------------------------------------------

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢"
    "蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟"
    "龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂"
    "丛焦柳邢路岳齐梅莫庄辛管祝左涂谷祁舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲游阳裴席卫屈鲍覃"
    "霍翁隋植甘景薄柏柯阮桂闵冉辜饶刁瞿戚丘古米池滕晋苑邬臧畅宫苟褚廉简娄盖符奚穆党燕郎邸"
    "冀谈姬屠郜晏栾郁蒙喻窦迟敖糜冷卓仇艾巩井练仲虞卞封竺冼楚佟匡宗鞠桑荆谌扬岑习蔺朴玄肖"
    "闫付房宁华邰仝逄亓佘張陳劉楊趙黃吳孫馬羅鄭謝韓許鄧馮蕭葉閻鍾盧呂蘇賈"
)
_COMPOUND = "欧阳|上官|司马|诸葛|慕容|令狐|皇甫|尉迟|公孙|东方|夏侯|宇文|司徒|端木|长孙|南宫|闻人"
# Ordinary words that begin like a name: a surname and what may follow it in a word. _NEVER holds
# after every cue; the rest only where the cue is weak, for a person may well be called 高原.
_NEVER = (
    "高速铁价级度德 马上路来 付款费钱 于是 关于 安排全 项目 方便式法面 任何 万一 金额牌 程序 管理家 曾经 "
    "常常年 周末围 房间东 施工 何时人 温泉 武警 龙嘉 游客"
)
_ORDINARY = (
    "高兴中校考原手于大温层山低效空声压档端峰额分管冷超喊达 马力车场蹄桶虎 付出现 关系键注心闭联头上切门口照"
    "外内爱 安装徽慰定置心放庆稳检保静阳危 项链 方案针才位形向言 任务意性由教课 万元块人多能达科般 "
    "金融属银钱色卡杯州山 程度式 管事道用好教床委 曾拨多向到在与就 常见用规有住驻人识州客态务感 "
    "周期边年一二三四五六日到 房子屋门价租费卡型客主源顶款 施救 何况必处以故事种苦方为止 温度暖差室水馨柔州 "
    "武汉器力 龙头门虾井江 严重格肃厉禁 习惯 余地下额名款票 党员委内政费 冷静漠淡水落冻风饮面 凌晨 "
    "华北人东南为山侨丽 卫生 古代怪迹人典城镇玩 史上料 夏天季日令 季度节票 宁夏愿波可 宗旨 宫里 "
    "封闭面口路顶存 尤其 左右手侧边转 庄严家 庞大 廉价 徐州 扬州 文化学章物字件艺明旅体创具科 "
    "景点观区象色物致 曲折线 朴实 梅花 林区业场子 欧洲美元 段落位子 毕业竟 毛病巾毯线笔利 "
    "江苏湖西北边城水面浙 池塘子 沈阳 洪水亮 涂料 游客戏泳览人玩艺船园 焦点急虑 牛肉奶皮马逼气 "
    "王家者牌 甘肃心 田地 申请报诉 畅通销快游 白色天人纸夜酒菜雪城山跑花等班白来送领眼 盛产大会情夏 "
    "石头油化家子板块墨 祝愿福您 童年话装车票 符合号 简单称介直历化易陋洁 米饭粉线 纪念律委 练习车得 "
    "舒服适 芦苇 苏州宁 范围 莫非名 蒙古混牛 薄弱 许多可久 谈判话论价 谷底 费用力劲心 赖账皮 "
    "路线上桥边过面径灯口旁程途段况人 辛苦酸 迟到迟早缓 郁闷 郑州重 钟头点表 钱包币款财都请 阳台光性 "
    "陆续地 雷电击同人区 韩式 顾客虑及 颜色值 黄金色山瓜牛线豆标昏 张口嘴开罗家贴 孔雀 "
    "孙女 胡乱说同来椒 杜绝 宋代 唐代朝僧 吴中 易拉碎滑 丁点 汤圆 章程 葛根 谢绝谢罪 "
    "盖章子被 屈服 席位 苗条族 植物 甄别 燕窝 冀北 卓越 柏油 桂林花 兰州 古玩 邢台 牟利 齐全备 "
    "祁连 肖像 鲁莽菜 耿直 聂耳 柳州 丛林 戴着口上 陶瓷醉 伍佰 韦伯 岳父母 康复养 秦岭 郝然 熊孩猫 "
    "陈述列旧"
)
# The end of another word, not a surname: 感谢, 经常, 公安, 主任, 由于, 客房 …; and 韩国, not 韩国栋.
_BROKEN = (
    "(?<=[感谢多])谢|(?<=[经日通平正非])常|(?<=[公保治平西])安|(?<=[主班历时责信现前原继])任"
    "|(?<=[主物车监城交托保批])管|(?<=[对甲乙警校院官店商馆园我你他双地卖买各一])方"
    "|(?<=[平交轻容不贸])易|(?<=[工路行过全课里流日教])程|(?<=[自学练实补])习|(?<=[客住买租票退订])房"
    "|(?<=[马公铁高一道问半])路|(?<=[背全风雪])景|(?<=[关由对至处位在等基属源终善便勇致])于"
    "|(?<=[花收缴付要给退])钱|(?<=[体强])温|(?<=[提最])高|(?<=出)席|(?<=[新老])雷|(?<=[阶片手])段"
    "|(?<=长)江|(?<=[开紧])关|(?<=蒙)牛|(?<=论)文"
    "|[韩王]国(?![栋强庆华平良涛伟辉明文军胜富忠义峰斌荣林英珍])|[李孙梁叶]子(?![墨涵轩豪萱琪怡睿晨健龙])"
)
# No given name has these; and where one of _NEXT follows, a name of two characters has ended.
_GIVEN = (
    "(?![的了是在我你他她它们这那吗呢吧啊就不没和与及被把很都也还又要说让给到去从向对等再个着么什呀啦某后])"
    r"[\u4e00-\u9fff]"
)
_NEXT = (
    "反映|来电|称|投诉|表示|介绍|认为|建议|举报|求助|希望|发现|今|昨|前天|因|住|家|手机|电话|联系|身份|现[在住年向]"
    "|已经|正在|系|男|女|于|以|为了|自[己从]|本人|通过|乘[坐车]|坐|打[电车]|带着|来自|日期|报道|摄影|采访"
)
_TITLE = (
    "先生|女士|小姐|师傅|经理|老师|同志|主任|教练|队长|警官|医生|大夫|律师|店长|局长|所长|书记|站长"
    "|场长|会长|科长|处长|校长|院长|大姐|大哥|阿姨"
)
_SOLID = r"我叫|本人叫|名叫|名字叫?是?|姓名|[我他她](?:就?是)[^，。,.;；!！?？\n]{1,12}叫"
_PARTY = (
    "联系人员?|投诉人|反映人|来电人|来访人|诉求人|求助人员?|当事人|举报人|申请人|报案人|署名|失主|伤者"
    "|经办人|负责人"
)
_ROLE = (
    "市民|游客|乘客|司机|师傅|驾驶员|工作人员|导游|教练|店主|老板|居民|业主|村民|家长|网友|顾客|旅客"
    "|记者|服务员|保安|员工|经理|客服|检票员"
)
_BYLINE = "本报记者|本台记者|见习记者|实习记者|特约记者|通讯员"
_PRESS = rf"{_BYLINE}|[(（【]\s?(?:记者|摄影|编辑|作者|责编|文|图)[/:： ]?"
_NO_NAME = (
    r"[^:：，,。\s]{0,3}(?:游客|市民|群众|网友|姓名|匿名|本人|不详|保密|未知|如下|先生|女士|小姐|旅客|乘客"
    "|职工|电话)"
)
_BEFORE_PHONE = r"[，, (:：]{0,2}(?:电话|手机号?码?|联系方式|tel)?[:：, 是]{0,2}(?:\+?86[ \-]?)?1[3-9](?:[ \-]?\d){9}"


def _words(table: str) -> str:
    """``"高速铁 于是"`` as a pattern: 高[速铁]|于[是]."""
    return "|".join(f"{entry[0]}[{entry[1:]}]" for entry in table.split())


@cache
def _name_patterns() -> tuple[re.Pattern[str], ...]:
    """Compiled at first use; the groups of a match are names."""
    called = f"(?!{_TITLE}|大娘|大叔|大嫂|奶奶|爷爷|总|姐|哥|叔|姨|老板|导|工)"
    surname = f"(?!(?:{_COMPOUND})(?:{_TITLE}))(?:{_COMPOUND}|[{_SURNAMES}]){called}"
    first = f"(?=[{_SURNAMES}{''.join(name[0] for name in _COMPOUND.split('|'))}])"
    foreign = r"[\u4e00-\u9fff]{2,6}·[\u4e00-\u9fff]{2,8}"
    given = f"(?![局部科室副姓位班办站院校店场老]){_GIVEN}"
    stated = f"(?:{foreign}|(?!{_words(_NEVER)}){surname}{_GIVEN}(?:(?!{_NEXT}|{_TITLE}){_GIVEN})?)"
    # Its first character is looked at before the hundreds of words that it must not begin.
    guessed = (
        f"{first}(?!{_words(_NEVER)}|{_words(_ORDINARY)}|{_BROKEN}){surname}{given}(?:{given})?"
    )
    end, more = r"(?![\w*])", f"(?:[、 ]({guessed}))?(?:[、 ]({guessed}))?"
    said = r"(?=反映|来电|称|投诉|表示|说|告诉|介绍|举报|求助|报道|摄|[^\w\s*]|\s|$)"
    free = r"(?:(?<![\u4e00-\u9fff])|(?<=联系)|(?<=[找给是叫]))"
    return tuple(
        re.compile(pattern)
        for pattern in (
            rf"(?:{_SOLID})[:\s是为]{{0,3}}({stated})",
            rf"(?:{_SOLID}|{_PARTY})\s?[:|]\s?(?!{_NO_NAME})([\u4e00-\u9fff]{{2,4}}){end}",
            rf"(?:{_PARTY})(?:\s?[:|]|\s)\s?({stated})",
            rf"(?:{_BYLINE})[: ]{{0,2}}({stated})",
            rf"(?:{_PRESS})\s?({guessed}){more}{end}",
            rf'(?:{_PARTY}|{_ROLE})[:“"是为]?\s?({guessed}){more}{said}',
            rf"(?:我是|本人)({guessed})(?=[，,。;；!！(（]|电话|手机|$)",
            rf"{free}({guessed})(?={_BEFORE_PHONE})",
            f"叫({guessed})(?=的)",
            f"({guessed})(?={_TITLE})",
        )
    )
