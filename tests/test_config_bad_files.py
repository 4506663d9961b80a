"""Every mistake an office can make in its files is refused by file, key and line.

One folder in tests/data/config is one mistake; the other files are the shipped ones. The wrong
line carries the mark ``# 错在这一行``, except where a file cannot hold a comment.
"""

import re
from pathlib import Path

import pytest

from config.loader import NAMES, load, problems
from domain.errors import ConfigError

BAD = Path(__file__).parent / "data" / "config"
MARK = "# 错在这一行"
UNMARKED = {
    "empty_file": 1,
    "misspelt_file_name": None,
    "not_utf8": 1,
    "word_twice": 3,
    "word_without_frequency": 2,
}
MISTAKES = [
    ("account_of_a_person", "sources.yaml", "accounts[0].owner", "不得用个人的账号采集"),
    (
        "account_of_another_platform",
        "sources.yaml",
        "sources[0].account",
        "「office_dy」是 douyin 的账号，不是 weibo 的",
    ),
    (
        "account_of_unknown_platform",
        "sources.yaml",
        "accounts[0].platform",
        "没有「tiktok」这个平台",
    ),
    ("account_twice", "sources.yaml", "accounts[1].name", "开始的那一条已经用过"),
    ("account_with_password", "sources.yaml", "accounts[0].password", "口令不写进配置"),
    (
        "assessment_of_unknown_platform",
        "sources.yaml",
        "assessments.tiktok",
        "没有「tiktok」这个平台",
    ),
    ("assessment_with_empty_answer", "sources.yaml", "assessments.douyin.impact", "不能为空"),
    ("assessment_without_answer", "sources.yaml", "assessments.douyin.terms_read", "缺少这一项"),
    ("automatic_without_cap", "sources.yaml", "sources[0].daily_cap", "一天最多打开几页"),
    ("automatic_without_every", "sources.yaml", "sources[0].every_minutes", "缺少这一项"),
    ("automatic_without_go_ahead", "sources.yaml", "sources[0].go_ahead", "自动采集要有人批准"),
    ("automatic_without_pause", "sources.yaml", "sources[0].pause_seconds", "停几秒"),
    ("go_ahead_without_basis", "sources.yaml", "sources[0].go_ahead.basis", "缺少这一项"),
    ("mode_import", "sources.yaml", "sources[0].mode", "靠人导入的平台写在 imports 里"),
    ("open_without_delay", "sources.yaml", "sources[0].delay_seconds", "缺少这一项"),
    ("pause_too_short", "sources.yaml", "sources[0].pause_seconds", "不少于 3 秒"),
    ("raised_without_account", "sources.yaml", "sources[0].account", "单位自己的账号"),
    (
        "raised_without_assessment",
        "sources.yaml",
        "sources[0].mode",
        "启用 assisted 之前要先做采集合规评估",
    ),
    ("search_excludes_itself", "places.yaml", "places[0].search[0].exclude[0]", "什么也搜不到"),
    ("search_for_nothing", "places.yaml", "places[0].search[0]", "must 和 any 至少写一样"),
    ("search_shared_name_alone", "places.yaml", "places[0].search[0].any", "「新天地」与别处同名"),
    ("ours_of_unknown_platform", "sources.yaml", "ours.ctirp", "没有「ctirp」这个平台"),
    ("unknown_account", "sources.yaml", "sources[0].account", "accounts 里没有「other」这个账号"),
    ("unknown_cooldown", "sources.yaml", "cooldown_hours.empty_ambiguous", "不认识这一项"),
    ("unknown_mode", "sources.yaml", "sources[0].mode", "只能是 open、import、own"),
    ("zero_refresh", "sources.yaml", "refresh.days", "必须大于 0"),
    (
        "alias_of_two_places",
        "places.yaml",
        "places[6].aliases[1]",
        "「１号门」已经是「冰雪新天地」的叫法",
    ),
    ("ambiguous_alias", "places.yaml", "places[3].aliases[0]", "应放在 weak_aliases 里"),
    ("anchor", "settings.yaml", "hours.makeup_days", "不支持 YAML 的锚点和引用"),
    ("authors_without_hours", "levels.yaml", "levels[1].authors", "要么都写，要么都不写"),
    (
        "bad_address",
        "sources.yaml",
        "sources[5].start_urls[0]",
        "网址应以 http:// 或 https:// 开头",
    ),
    ("bad_code", "taxonomy.yaml", "categories[5].code", "只能用小写字母、数字和下划线"),
    ("bad_date", "settings.yaml", "hours.holidays[7]", "日期应写成 2026-11-28 这样"),
    ("bad_kind", "places.yaml", "places[4].kind", "只能是 site、zone、town、hub"),
    ("bad_phone", "departments.yaml", "departments[4].duty_phone", "电话只能由数字和短横线组成"),
    ("bad_shift_date", "roster.yaml", "shifts[0].to", "日期应写成 2026-11-28 这样"),
    ("bad_shift_time", "roster.yaml", "shifts[0].from", "时间应写成 2026-11-28 17:00 这样"),
    ("bad_task", "taxonomy.yaml", "categories[4].task", "任务编号应写成 13 或 10,23"),
    ("bad_time", "settings.yaml", "hours.spans[0][1]", "时间应写成 08:30 这样的 24 小时制"),
    ("closes_before_opening", "settings.yaml", "hours.spans[1]", "下班时间必须晚于上班时间"),
    (
        "department_twice",
        "departments.yaml",
        "departments[23].name",
        "「应急局」在第 36 行开始的那一条已经用过",
    ),
    (
        "duplicate_code",
        "taxonomy.yaml",
        "categories[5].code",
        "「taxi_refusal」在第 2 行开始的那一条已经用过",
    ),
    ("desk_address_with_path", "settings.yaml", "desk.base_url", "只写到主机名或端口为止"),
    ("desk_half_certificate", "settings.yaml", "desk.certificate", "要么都写，要么都不写"),
    ("desk_never_idle", "settings.yaml", "desk.idle_minutes", "0"),
    ("duplicate_key", "settings.yaml", "zone", "这个键在第 1 行已经写过"),
    (
        "duplicate_source",
        "sources.yaml",
        "sources[2].name",
        "「ccrb」在第 33 行开始的那一条已经用过",
    ),
    ("empty_file", "settings.yaml", "*", "文件是空的"),
    ("escalation_out_of_order", "levels.yaml", "unsigned.inspection", "应依次变大"),
    ("head_is_department", "departments.yaml", "departments[10].head", "「商务局」是部门"),
    ("holiday_and_workday", "settings.yaml", "hours.makeup_days[5]", "同时写成了放假"),
    ("import_named_as_source", "sources.yaml", "imports[0].name", "已经是别的来源的名字"),
    ("import_of_unknown_platform", "sources.yaml", "imports[0].platform", "没有「hotlin」这个平台"),
    ("import_twice", "sources.yaml", "imports[1].platform", "「hotline」的导入已经写过"),
    (
        "lead_supports_itself",
        "taxonomy.yaml",
        "categories[8].support[1]",
        "「市场监管分局」在这一类里写了两次",
    ),
    ("level_missing", "levels.yaml", "levels", "缺少级别「黄」"),
    ("level_twice", "levels.yaml", "levels[4].level", "「蓝」在第 30 行开始的那一条已经用过"),
    ("lookalike_is_ours", "places.yaml", "lookalikes[8].names[0]", "「天定山」是我们自己的地点"),
    ("lookalike_twice", "places.yaml", "lookalikes[11].name", "「亚布力」写了两次"),
    (
        "lookalike_without_names",
        "places.yaml",
        "lookalikes[11].names",
        "没有共有的词，就必须写 names",
    ),
    ("lookalike_without_near", "places.yaml", "lookalikes[2].near", "必须写 near"),
    ("lookalike_word_not_ours", "places.yaml", "lookalikes[8].word", "不是我们任何地点的叫法"),
    ("makeup_on_weekday", "settings.yaml", "hours.makeup_days[5]", "本来就是工作日"),
    (
        "malformed_variable",
        "settings.yaml",
        "channels.wecom_group.options.key",
        "环境变量应写成 ${NAME}",
    ),
    ("missing_key", "settings.yaml", "retention.rejects", "缺少这一项"),
    ("misspelt_file_name", "setings.yaml", "*", "没有叫这个名字的配置文件"),
    ("negative_days", "settings.yaml", "retention.audit", "必须大于 0"),
    ("nested_option", "settings.yaml", "channels.office_mail.options.to", "应为一个词或一句话"),
    ("no_channel", "departments.yaml", "departments[10].channels", "至少要有一个通知渠道"),
    ("not_a_group", "settings.yaml", "*", "应为「键: 值」的分组"),
    ("not_a_number", "settings.yaml", "retention.cases", "应为整数"),
    ("not_utf8", "settings.yaml", "*", "不是 UTF-8 编码；请用 UTF-8 另存"),
    ("not_yes_or_no", "sources.yaml", "sources[0].enabled", "应为 true 或 false"),
    ("originals_outlive_mentions", "settings.yaml", "retention.originals", "不能比脱敏后的文本"),
    (
        "overlapping_hours",
        "settings.yaml",
        "hours.spans[1]",
        "各段工作时间应从早到晚排列，不能重叠",
    ),
    ("overlapping_shifts", "roster.yaml", "shifts[2].from", "与第 2 行开始的那一段重叠（住建局）"),
    (
        "pace_below_parts",
        "settings.yaml",
        "channels.wecom_group.per_minute",
        "不够发一条最多拆成 5 条的通知",
    ),
    (
        "plain_watchdog_password",
        "settings.yaml",
        "watchdog.mail.password",
        "密钥不能写在文件里",
    ),
    (
        "plain_secret",
        "settings.yaml",
        "channels.office_mail.options.password",
        "密钥不能写在文件里",
    ),
    ("password_in_ledger", "settings.yaml", "ledger", "密钥不能写在文件里"),
    (
        "password_in_proxy",
        "settings.yaml",
        "channels.wecom_group.options.proxy",
        "密钥不能写在文件里",
    ),
    ("platform_without_name", "sources.yaml", "platforms.heimao", "缺少平台 heimao 的中文名"),
    (
        "receiver_is_department",
        "departments.yaml",
        "other_receivers[2].name",
        "「督查室」已经是成员单位",
    ),
    ("reminder_after_the_end", "levels.yaml", "reminders[1]", "必须小于 1"),
    ("reminders_out_of_order", "levels.yaml", "reminders[1]", "应从小到大排列"),
    ("quiet_orange", "levels.yaml", "levels[1].quiet", "「橙」要立即通知，不能有不打扰的时间"),
    (
        "copies_orange",
        "levels.yaml",
        "levels[1].copies_minutes",
        "「橙」要立即通知，抄送也不能攒着发",
    ),
    ("reply_before_ack", "levels.yaml", "levels[0].reply.minutes", "答复时限必须长于签收时限"),
    ("search_bad_prefix", "settings.yaml", "search.prefix", "以短横线结尾"),
    ("search_key_in_plain", "settings.yaml", "search.api_key", "密钥不能写在文件里"),
    ("search_key_unset", "settings.yaml", "search.api_key", "TINGXUE_TEST_UNSET 没有设置"),
    ("search_password_in_address", "settings.yaml", "search.url", "不能写用户名和密码"),
    ("search_unencrypted", "settings.yaml", "search.url", "http:// 只限本机"),
    ("search_without_address", "settings.yaml", "search", "要写 url"),
    ("search_without_certificate", "settings.yaml", "search.ca_file", "找不到这个证书文件"),
    (
        "secret_in_address",
        "settings.yaml",
        "channels.wecom_group.options.url",
        "密钥不能写在文件里",
    ),
    ("share_of_all", "settings.yaml", "complaint_share", "必须小于 1"),
    ("shift_ends_before_it_starts", "roster.yaml", "shifts[0].to", "结束时间必须晚于开始时间"),
    ("silence_before_next_run", "levels.yaml", "silence.failing_hours", "来源「jlrb」每 360 分钟"),
    ("standing_without_an_end", "roster.yaml", "standing[0].from", "要么都写，要么都不写"),
    ("substitute_of_nobody", "roster.yaml", "shifts[0].instead_of", "没有「值班员乙」"),
    ("support_is_a_word", "taxonomy.yaml", "categories[18].support", "应为列表"),
    ("surge_never_warm", "levels.yaml", "surges.warm_up_hours", "应短于 history_days"),
    ("surge_page_below_warn", "levels.yaml", "surges.page", "应高于 warn 的「黄」"),
    ("surge_rings_twice", "levels.yaml", "surges.quiet_hours", "不能短于 news_hours"),
    (
        "two_standing",
        "roster.yaml",
        "standing[10].department",
        "「商务局」在第 12 行开始的那一条已经用过",
    ),
    ("unknown_channel", "departments.yaml", "default_channels[1]", "没有「wecom_group」这个渠道"),
    (
        "unknown_channel_of_department",
        "departments.yaml",
        "departments[10].channels[1]",
        "没有「sms」这个渠道",
    ),
    ("unknown_copied", "levels.yaml", "always_copied[1]", "没有「文旅局」"),
    ("unknown_department_in_roster", "roster.yaml", "shifts[0].department", "没有「住房局」"),
    ("unknown_first_category", "levels.yaml", "levels[2].first_of[0]", "没有「safety」这个类别"),
    (
        "reserve_of_all",
        "settings.yaml",
        "channels.wecom_group.reserve",
        "除去留给红色的 10 条",
    ),
    ("unknown_group", "settings.yaml", "daily.group", "没有「工作群」这个部门或收信人"),
    ("unknown_key", "settings.yaml", "case_prefx", "不认识这一项；请检查拼写"),
    ("unknown_lead", "taxonomy.yaml", "categories[2].lead", "没有「住房局」"),
    ("unknown_level", "levels.yaml", "levels[2].level", "只能是 红、橙、黄、蓝"),
    ("unknown_operator", "places.yaml", "places[2].operator", "没有「某某公司」"),
    ("unknown_overdue_to", "levels.yaml", "overdue_to", "没有「督察室」"),
    ("unknown_paper_receiver", "settings.yaml", "papers.to[1]", "没有「宣传组」"),
    ("unknown_platform", "sources.yaml", "sources[5].platform", "platforms 里没有「feed」这个平台"),
    ("unknown_receiver", "levels.yaml", "levels[0].receivers[1]", "没有「应急办」"),
    ("unknown_standing", "roster.yaml", "standing[10].department", "没有「财务局」"),
    ("unknown_support", "taxonomy.yaml", "categories[3].support[1]", "没有「公安局」"),
    ("unknown_town", "places.yaml", "places[2].town", "places 里没有「五家乡」这个乡镇"),
    (
        "unset_variable",
        "settings.yaml",
        "channels.wecom_group.options.key",
        "环境变量 TINGXUE_TEST_UNSET 没有设置",
    ),
    ("urgency_twice", "levels.yaml", "levels[2].urgencies[0]", "red 已经归「红」"),
    ("urgency_unassigned", "levels.yaml", "levels", "没有一个级别接收紧急程度为 yellow"),
    ("variable_in_source", "sources.yaml", "sources[5].options.cookie", "来源的选项不读环境变量"),
    ("word_twice", "userdict.txt", "天定山", "这个词在第 1 行已经写过"),
    ("word_without_frequency", "userdict.txt", "冰雪新天地", "每行应为「词 词频 词性」"),
    ("yaml_syntax", "settings.yaml", "*", "YAML 写法有误"),
    (
        "year_without_its_holidays",
        "settings.yaml",
        "hours.entered_years[1]",
        "却没有 2027-10-01（国庆节）",
    ),
    ("zero_days", "settings.yaml", "retention.rejects", "必须大于 0"),
    ("zero_delay", "sources.yaml", "sources[1].delay_seconds", "必须大于 0"),
    ("zero_limit", "levels.yaml", "levels[1].ack.minutes", "必须大于 0"),
]
IDS = [mistake for mistake, *_ in MISTAKES]


def line_of(mistake: str, file: str) -> int | None:
    if mistake in UNMARKED:
        return UNMARKED[mistake]
    lines = (BAD / mistake / file).read_text(encoding="utf-8").splitlines()
    (marked,) = [number for number, line in enumerate(lines, start=1) if MARK in line]
    return marked


@pytest.mark.parametrize(("mistake", "file", "key", "reason"), MISTAKES, ids=IDS)
def test_a_mistake_is_refused_by_file_key_and_line(
    mistake: str, file: str, key: str, reason: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(environ={}, overrides=BAD / mistake)
    error = caught.value
    assert (error.file, error.key, error.line) == (file, key, line_of(mistake, file))
    assert reason in error.reason
    assert not getattr(error, "__notes__", [])  # one mistake, one objection


@pytest.mark.parametrize(("mistake", "file", "key", "reason"), MISTAKES, ids=IDS)
def test_an_objection_is_chinese_and_shows_no_secret(
    mistake: str, file: str, key: str, reason: str
) -> None:
    (error,) = problems(environ={}, overrides=BAD / mistake)
    assert re.search("[一-鿿]", error.reason)
    assert "7391" not in str(error) + repr(error)  # the made-up secret of some of the files


def test_every_mistake_has_its_one_bad_file_and_its_test() -> None:
    folders = {folder.name: [path.name for path in folder.iterdir()] for folder in BAD.iterdir()}
    assert folders == {mistake: [file] for mistake, file, *_ in MISTAKES}
    assert {file for _, file, *_ in MISTAKES} >= set(NAMES)
