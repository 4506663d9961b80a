"""Sentences that each hold one invented personal identifier, in the forms people really write.

Written from the writers' side, without a look at domain.privacy's patterns: what a guest, a hotline
clerk or a reporter would type. Nothing here can belong to anybody: 154 is an unassigned mobile
prefix, 0430 no area code, 2299 no county, 吉Z no plate, example.com is reserved (RFC 2606).
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

WIDE = str.maketrans(
    "0123456789@.-ABCDEFGHJKLMNPQRSTUVWXYZ",
    "０１２３４５６７８９＠．－ＡＢＣＤＥＦＧＨＪＫＬＭＮＰＱＲＳＴＵＶＷＸＹＺ",
)
SPOKEN = str.maketrans("0123456789", "零幺二三四五六七八九")
WRITTEN = str.maketrans("0123456789", "〇一二三四五六七八九")


@dataclass(frozen=True, slots=True)
class Planted:
    """One identifier and a sentence with it. kind: phone, id, plate, mail, name or at; ``value``
    is what must not be seen again, exactly as it stands in ``text``."""

    kind: str
    value: str
    text: str


def planted(n: int, seed: int) -> list[Planted]:
    """n sentences, the kinds in turn; the same for the same seed."""
    dice = random.Random(seed)
    kinds = list(_MAKERS)
    return [_one(kinds[i % len(kinds)], dice) for i in range(n)]


def _one(kind: str, dice: random.Random) -> Planted:
    make, sentences = _MAKERS[kind]
    value = make(dice)
    return Planted(kind, value, dice.choice(sentences).format(value))


def _digits(dice: random.Random, length: int) -> str:
    return "".join(dice.choice("0123456789") for _ in range(length))


# --- phones ---------------------------------------------------------------------------------------


def _phone(dice: random.Random) -> str:
    a, b = _digits(dice, 4), _digits(dice, 4)
    plain = f"154{a}{b}"
    forms: list[Callable[[], str]] = [
        lambda: plain,
        lambda: plain,
        lambda: f"154 {a} {b}",
        lambda: f"154-{a}-{b}",
        lambda: f"154.{a}.{b}",
        lambda: f"154{a} {b}",
        lambda: f"1 5 4 {' '.join(a + b)}",
        lambda: f"+86 {plain}",
        lambda: f"+86-154-{a}-{b}",
        lambda: f"0086{plain}",
        lambda: f"86 154{a}{b}",
        lambda: f"(+86)154 {a}{b}",
        lambda: plain.translate(WIDE),
        lambda: f"154{(a + b).translate(WIDE)}",
        lambda: f"１５４－{a}－{b}",
        lambda: plain.translate(SPOKEN),
        lambda: plain.translate(WRITTEN),
        lambda: f"154{(a + b).translate(SPOKEN)}",
        lambda: f"154\u3000{a}\u3000{b}",
        lambda: f"154——{a}——{b}",
        lambda: f"154\u200b{a}\u200b{b}",
        lambda: f"154·{a}·{b}",
        lambda: f"154,{a},{b}",
        lambda: f"154{a[:3]} {a[3]}{b}",
        lambda: f"0430-8{a[:3]}{b}",
        lambda: f"0430 8{a[:3]} {b}",
        lambda: f"(0430)8{a[:3]}{b}",
        lambda: f"（0430）8{a[:3]}-{b}",
        lambda: f"04308{a[:3]}{b}",
        lambda: f"0430-8{a[:3]}{b}-802",
    ]
    return dice.choice(forms)()


_PHONE_SENTENCES = (
    "司机说的价和表上差一倍，给我回电话{}",
    "手机{}，等了三天没人理",
    "有谁也被这车坑了，联系我{}，一起投诉",
    "我的电话是{}（微信同号），麻烦尽快处理",
    "来电{}反映雪场门口拉客",
    "电话:{}。希望给个说法",
    "要退票的打{}找售后",
    "{}这个号码一直骚扰我推销雪票",
    "教练留的号 {} 打不通",
    "黑车司机电话{}大家避雷！",
    "拼车的加{}，两缺一",
    "雪具押金一直不退，有事call我{}",
    "订房的时候留了{},结果没人通知改时间",
    "1号厅的工作人员让我打{}",
    "tel{}",
    "电话\n{}\n请回复",
)


# --- identity cards, plates, mails ----------------------------------------------------------------


def _id(dice: random.Random) -> str:
    year, month, day = dice.randint(1948, 2019), dice.randint(1, 12), dice.randint(1, 28)
    head, birth, order = "2299" + _digits(dice, 2), f"{year}{month:02}{day:02}", _digits(dice, 3)
    last = dice.choice("0123456789Xx")
    old = f"{head}{birth[2:]}{order}"
    forms = [
        head + birth + order + last,
        head + birth + order + last,
        f"{head} {birth} {order}{last}",
        f"{head}-{birth}-{order}{last}",
        f"{head}{birth} {order}{last}",
        f"{head} {year} {month:02}{day:02} {order}{last}",
        (head + birth + order).translate(WIDE) + last,
        (head + birth + order + last.upper()).translate(WIDE),
        old if year < 2000 else head + birth + order + last,
    ]
    return dice.choice(forms)


_ID_SENTENCES = (
    "订票用的身份证{}刷不开闸机",
    "身份证号：{}，请核实",
    "身份证号码{}。",
    "我把证件{}都发给客服了还是不退",
    "实名信息 {} 填错一位就不让改",
    "证件号码是{}，谁能查一下订单",
    "（{}）",
    "预约系统显示{}已使用,可我根本没进去过",
    "ID{}",
    "求助人身份证件{}来电要求退款",
)


def _plate(dice: random.Random) -> str:
    five = f"{_digits(dice, 2)}{dice.choice('ABCDEFGHJK')}{_digits(dice, 2)}"
    forms = [
        f"吉Z{five}",
        f"吉Z·{five}",
        f"吉Z {five}",
        f"吉Z-{five}",
        f"吉 Z{five}",
        f"吉z{five.lower()}",
        f"吉Z{five}".translate(WIDE),
        f"吉ＺD{_digits(dice, 5)}",
        f"吉ZD{_digits(dice, 5)}",
        f"吉Z·F{_digits(dice, 5)}",
        f"吉Z{_digits(dice, 4)}学",
        f"吉Z{_digits(dice, 4)}警",
        f"吉Z{_digits(dice, 4)}挂",
        f"吉Z•{five}",
        f"吉Z．{five}",
        f"吉Z{five[:2]} {five[2:]}",
    ]
    return dice.choice(forms)


_PLATE_SENTENCES = (
    "出租车{}拒载",
    "车牌{}，一上车就说不打表",
    "车牌号：{}，从机场到雪场要三百",
    "{}这台车绕路，多跑二十公里",
    "停在南门的{}占了两个车位",
    "记住这个车 {} 宰客",
    "举报{}（黑车）",
    "网约车尾箱坏了，{}。",
    "大巴{}半路把我们扔下了",
    "坐的是{},司机全程抽烟",
    "白色面包车{}拉客",
)


def _mail(dice: random.Random) -> str:
    user = dice.choice(("xuezhong", "li.wei", "snow_boy", "a-hua", "zhaoxue", "huabing"))
    host = dice.choice(("example.com", "mail.example.com", "example.org"))
    address = f"{user}{_digits(dice, 3)}@{host}"
    forms = [
        address,
        address,
        address.upper(),
        address.replace("@", "＠"),
        address.replace(".", "．"),
        address.replace("@", " @ "),
        address.replace("@", "(at)"),
        address.replace("@", "[at]"),
    ]
    return dice.choice(forms)


_MAIL_SENTENCES = (
    "发票发我邮箱{}",
    "邮箱:{}，等回复",
    "请回复到{}，谢谢",
    "资料已发{} 请查收",
    "投诉材料寄{}。",
    "（{}）是我的邮箱",
    "Email: {}",
    "有视频证据，要的找{}拿",
)


# --- names ----------------------------------------------------------------------------------------


_FAMILIES = "王李张刘陈杨赵周吴徐孙胡朱郭马罗梁宋郑韩唐冯董萧曹袁邓许沈彭吕卢蒋蔡贾丁魏薛"
_GIVEN = (
    "建国 淑芬 梓涵 宇轩 桂兰 晓燕 志强 雅琪 浩然 秀英 俊杰 丽娜 鹏 娟 磊 婷婷 子墨 凤霞 立新 "
    "玉梅 哲洙 强 丹丹 国栋"
).split()


def _name(dice: random.Random) -> str:
    family = dice.choice(("欧阳", "司马", *[dice.choice(_FAMILIES)] * 12))
    return family + dice.choice(_GIVEN)


_NAME_SENTENCES = (
    "我叫{}，在缆车上被困四十分钟",
    "本人{}，昨天在雪具大厅摔伤",
    "我是{}，订单一直不给退",
    "我的名字叫{}，请给答复",
    "姓名：{}",
    "姓名:{} 性别:女",
    "联系人：{}，随时可以来电",
    "联系人{}，白天都在",
    "投诉人：{}\n事由：拒载",
    "求助人员{}反映电梯停运",
    "市民{}来电反映班车不停",
    "游客{}称教练中途离开",
    "乘客{}投诉出租车绕路",
    "诉求人{}表示对处理不满意",
    "来电人：{}",
    "反映人{}，反映冰面无人清理",
    "当事人{}表示没有收到退款",
    "{}女士反映押金不退",
    "{}先生来电，要求赔偿",
    "多亏{}师傅把我们送回酒店",
    "感谢{}教练的耐心",
    "找{}经理要说法，不接电话",
    "导游{}说不买就别上车",
    "司机{}（吉林口音）骂人",
    "一个叫{}的教练推销课程",
    "本报记者 {}",
    "（记者 {}）",
    "（记者{} 摄）",
    "通讯员 {}",
    "我是来滑雪的游客，我叫{}",
    "{} 15412345678 请回电",
    "联系{}15412345678",
    "驾驶员{}，态度恶劣",
    "工作人员{}，工号不清楚",
    "店主{}称概不退换",
)

_NICKS = (
    "雪地里的阿强 吃瓜群众007 长白山下小胖 Amy爱滑雪 北国_风光 不想上班的鱼 momo "
    "东北老铁-大刘 滑雪小白一枚 用户8837261 小鱼儿2026 阿依古丽·雪 冰糖葫芦🍡 一只大橘猫"
).split()


def _nick(dice: random.Random) -> str:
    return dice.choice(_NICKS) + dice.choice(("", "", _digits(dice, 2)))


_AT_SENTENCES = (
    "@{} 快来看，这价格离谱",
    "笑死@{} ",
    "@{}：你上次也遇到了吧",
    "回复@{}:就是那辆车",
    "回复 @{}：押金退了吗",
    "//@{}:转发微博",
    "说的就是你＠{}，拉客还骂人",
    "这不是咱俩吗@{}",
    "@{}，@某人 一起维权",
    "（@{}）",
)

_MAKERS: dict[str, tuple[Callable[[random.Random], str], tuple[str, ...]]] = {
    "phone": (_phone, _PHONE_SENTENCES),
    "id": (_id, _ID_SENTENCES),
    "plate": (_plate, _PLATE_SENTENCES),
    "mail": (_mail, _MAIL_SENTENCES),
    "name": (_name, _NAME_SENTENCES),
    "at": (_nick, _AT_SENTENCES),
}
