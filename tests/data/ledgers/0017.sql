BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0017');
CREATE TABLE alerts (
	alert_id VARCHAR(64) NOT NULL, 
	case_id VARCHAR(40), 
	purpose VARCHAR(20) NOT NULL, 
	level VARCHAR(4), 
	title TEXT NOT NULL, 
	body TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	drill BOOLEAN NOT NULL, files JSON DEFAULT '[]' NOT NULL, 
	PRIMARY KEY (alert_id)
);
INSERT INTO "alerts" VALUES('778005afc189c6de319dff0003cd5c3b','LHS-20261128-0001','new','蓝','【蓝色】新投诉：住宿问题（天定山滑雪场） LHS-20261128-0001','编号：LHS-20261128-0001
您的角色：牵头（市场监管分局）
请办：请于 11月30日 10:30 前签收，11月30日 23:01 前答复
类别：住宿问题
地点：天定山滑雪场
发现时间：11月28日 23:01，现有 1 条反映
牵头：市场监管分局；配合：教卫健局
原帖：无链接
反映内容（12345热线，未核实）：「房间没有暖气 在天定山附近的民宿住宿，房间没有暖气也没有热水，老板不给退款。」','2026-11-28 15:01:20.136811',0,'[]');
INSERT INTO "alerts" VALUES('b79bb0d8523343f611aebb7ca82f4fec','LHS-20261128-0001','new','蓝','【蓝色】新投诉：住宿问题（天定山滑雪场） LHS-20261128-0001','编号：LHS-20261128-0001
您的角色：配合（教卫健局）
请办：请于 11月30日 10:30 前签收，配合市场监管分局办理
类别：住宿问题
地点：天定山滑雪场
发现时间：11月28日 23:01，现有 1 条反映
牵头：市场监管分局；配合：教卫健局
原帖：无链接
反映内容（12345热线，未核实）：「房间没有暖气 在天定山附近的民宿住宿，房间没有暖气也没有热水，老板不给退款。」','2026-11-28 15:01:20.142961',0,'[]');
INSERT INTO "alerts" VALUES('b5bf0ee7cbef68f5e03b73e30640baaf','LHS-20261128-0001','new','蓝','【蓝色】新投诉：住宿问题（天定山滑雪场） LHS-20261128-0001','编号：LHS-20261128-0001
您的角色：抄送（宣传部）
请办：请知悉，无需签收
类别：住宿问题
地点：天定山滑雪场
发现时间：11月28日 23:01，现有 1 条反映
牵头：市场监管分局；配合：教卫健局
原帖：无链接
反映内容（12345热线，未核实）：「房间没有暖气 在天定山附近的民宿住宿，房间没有暖气也没有热水，老板不给退款。」','2026-11-28 15:01:20.143614',0,'[]');
INSERT INTO "alerts" VALUES('8791bf84f7f29bdcd1de3eb909eef2ca','LHS-20261128-0001','new','蓝','【蓝色】新投诉：住宿问题（天定山滑雪场） LHS-20261128-0001','编号：LHS-20261128-0001
您的角色：抄送（文体旅科局）
请办：请知悉，无需签收
类别：住宿问题
地点：天定山滑雪场
发现时间：11月28日 23:01，现有 1 条反映
牵头：市场监管分局；配合：教卫健局
原帖：无链接
反映内容（12345热线，未核实）：「房间没有暖气 在天定山附近的民宿住宿，房间没有暖气也没有热水，老板不给退款。」','2026-11-28 15:01:20.144000',0,'[]');
INSERT INTO "alerts" VALUES('f519b645e494d1eee77fde7819e97e31','LHS-20261128-0002','new','蓝','【蓝色】新投诉：拒载（天定山滑雪场） LHS-20261128-0002','编号：LHS-20261128-0002
您的角色：牵头（住建局）
请办：请于 11月30日 10:30 前签收，11月30日 23:01 前答复
类别：拒载
地点：天定山滑雪场
发现时间：11月28日 23:01，现有 1 条反映
牵头：住建局；配合：城管局、交警大队
原帖：无链接
反映内容（12345热线，未核实）：「出租车拒载 11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话＊＊＊＊＊＊＊＊＊＊＊。」','2026-11-28 15:01:20.186016',0,'[]');
INSERT INTO "alerts" VALUES('27627d2ea15c6fde9df3e8fa5699493e','LHS-20261128-0002','new','蓝','【蓝色】新投诉：拒载（天定山滑雪场） LHS-20261128-0002','编号：LHS-20261128-0002
您的角色：配合（城管局）
请办：请于 11月30日 10:30 前签收，配合住建局办理
类别：拒载
地点：天定山滑雪场
发现时间：11月28日 23:01，现有 1 条反映
牵头：住建局；配合：城管局、交警大队
原帖：无链接
反映内容（12345热线，未核实）：「出租车拒载 11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话＊＊＊＊＊＊＊＊＊＊＊。」','2026-11-28 15:01:20.186795',0,'[]');
INSERT INTO "alerts" VALUES('8cea8696dc8480646c99320a2fc00713','LHS-20261128-0002','new','蓝','【蓝色】新投诉：拒载（天定山滑雪场） LHS-20261128-0002','编号：LHS-20261128-0002
您的角色：配合（交警大队）
请办：请于 11月30日 10:30 前签收，配合住建局办理
类别：拒载
地点：天定山滑雪场
发现时间：11月28日 23:01，现有 1 条反映
牵头：住建局；配合：城管局、交警大队
原帖：无链接
反映内容（12345热线，未核实）：「出租车拒载 11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话＊＊＊＊＊＊＊＊＊＊＊。」','2026-11-28 15:01:20.187260',0,'[]');
INSERT INTO "alerts" VALUES('9ca7470e520b739c0cb5e17a1e2f745b','LHS-20261128-0002','new','蓝','【蓝色】新投诉：拒载（天定山滑雪场） LHS-20261128-0002','编号：LHS-20261128-0002
您的角色：抄送（宣传部）
请办：请知悉，无需签收
类别：拒载
地点：天定山滑雪场
发现时间：11月28日 23:01，现有 1 条反映
牵头：住建局；配合：城管局、交警大队
原帖：无链接
反映内容（12345热线，未核实）：「出租车拒载 11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话＊＊＊＊＊＊＊＊＊＊＊。」','2026-11-28 15:01:20.187652',0,'[]');
INSERT INTO "alerts" VALUES('200b3fd855fd635c37a78491fc7bf826','LHS-20261128-0002','new','蓝','【蓝色】新投诉：拒载（天定山滑雪场） LHS-20261128-0002','编号：LHS-20261128-0002
您的角色：抄送（文体旅科局）
请办：请知悉，无需签收
类别：拒载
地点：天定山滑雪场
发现时间：11月28日 23:01，现有 1 条反映
牵头：住建局；配合：城管局、交警大队
原帖：无链接
反映内容（12345热线，未核实）：「出租车拒载 11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话＊＊＊＊＊＊＊＊＊＊＊。」','2026-11-28 15:01:20.187939',0,'[]');
INSERT INTO "alerts" VALUES('8b3f3dcb25a4767bdae653b954526bde','LHS-20261128-0003','new','红','【红色·待核实】新投诉：安全隐患（天定山滑雪场） LHS-20261128-0003','编号：LHS-20261128-0003
您的角色：牵头（应急局）
请办：请于 11月28日 23:11 前签收，11月29日 04:01 前答复
待核实：紧急程度由程序从文字读出，请先按此处置，并立即核实；属实的由宣传部“核实”，不实的“误报”
类别：安全隐患
地点：天定山滑雪场
发现时间：11月28日 23:01，现有 1 条反映
牵头：应急局；配合：消防大队
值班：应急局 应急局值班员甲 0431-0000-0212
值班：消防大队 消防大队值班员甲 0431-0000-0213
原帖：无链接
反映内容（小红书，未核实）：「天定山缆车停了半小时，人被困在半空，没人管」','2026-11-28 15:01:29.783942',0,'[]');
INSERT INTO "alerts" VALUES('4c5056037827b51aad1a945dbcb65afd','LHS-20261128-0003','new','红','【红色·待核实】新投诉：安全隐患（天定山滑雪场） LHS-20261128-0003','编号：LHS-20261128-0003
您的角色：配合（消防大队）
请办：请于 11月28日 23:11 前签收，配合应急局办理
待核实：紧急程度由程序从文字读出，请先按此处置，并立即核实；属实的由宣传部“核实”，不实的“误报”
类别：安全隐患
地点：天定山滑雪场
发现时间：11月28日 23:01，现有 1 条反映
牵头：应急局；配合：消防大队
值班：应急局 应急局值班员甲 0431-0000-0212
值班：消防大队 消防大队值班员甲 0431-0000-0213
原帖：无链接
反映内容（小红书，未核实）：「天定山缆车停了半小时，人被困在半空，没人管」','2026-11-28 15:01:29.787837',0,'[]');
INSERT INTO "alerts" VALUES('b985d49bed0193efce503b4b074494b3','LHS-20261128-0003','new','红','【红色·待核实】新投诉：安全隐患（天定山滑雪场） LHS-20261128-0003','编号：LHS-20261128-0003
您的角色：抄送（宣传部）
请办：请知悉，无需签收
待核实：紧急程度由程序从文字读出，请先按此处置，并立即核实；属实的由宣传部“核实”，不实的“误报”
类别：安全隐患
地点：天定山滑雪场
发现时间：11月28日 23:01，现有 1 条反映
牵头：应急局；配合：消防大队
值班：应急局 应急局值班员甲 0431-0000-0212
值班：消防大队 消防大队值班员甲 0431-0000-0213
原帖：无链接
反映内容（小红书，未核实）：「天定山缆车停了半小时，人被困在半空，没人管」','2026-11-28 15:01:29.788198',0,'[]');
INSERT INTO "alerts" VALUES('a80b8d44f1826761e290336f0190b227','LHS-20261128-0003','new','红','【红色·待核实】新投诉：安全隐患（天定山滑雪场） LHS-20261128-0003','编号：LHS-20261128-0003
您的角色：抄送（文体旅科局）
请办：请知悉，无需签收
待核实：紧急程度由程序从文字读出，请先按此处置，并立即核实；属实的由宣传部“核实”，不实的“误报”
类别：安全隐患
地点：天定山滑雪场
发现时间：11月28日 23:01，现有 1 条反映
牵头：应急局；配合：消防大队
值班：应急局 应急局值班员甲 0431-0000-0212
值班：消防大队 消防大队值班员甲 0431-0000-0213
原帖：无链接
反映内容（小红书，未核实）：「天定山缆车停了半小时，人被困在半空，没人管」','2026-11-28 15:01:29.788479',0,'[]');
INSERT INTO "alerts" VALUES('7003caf3d16ab1a07161a31b81457d76','LHS-20261128-0003','new','红','【红色·待核实】新投诉：安全隐患（天定山滑雪场） LHS-20261128-0003','编号：LHS-20261128-0003
您的角色：抄送（管委会领导）
请办：请知悉，无需签收
待核实：紧急程度由程序从文字读出，请先按此处置，并立即核实；属实的由宣传部“核实”，不实的“误报”
类别：安全隐患
地点：天定山滑雪场
发现时间：11月28日 23:01，现有 1 条反映
牵头：应急局；配合：消防大队
值班：应急局 应急局值班员甲 0431-0000-0212
值班：消防大队 消防大队值班员甲 0431-0000-0213
原帖：无链接
反映内容（小红书，未核实）：「天定山缆车停了半小时，人被困在半空，没人管」','2026-11-28 15:01:29.788732',0,'[]');
INSERT INTO "alerts" VALUES('47f60be11dc5891329034e110e52c62e','LHS-20261128-0003','new','红','【红色·待核实】新投诉：安全隐患（天定山滑雪场） LHS-20261128-0003','编号：LHS-20261128-0003
您的角色：抄送（值班手机）
请办：请知悉，无需签收
待核实：紧急程度由程序从文字读出，请先按此处置，并立即核实；属实的由宣传部“核实”，不实的“误报”
类别：安全隐患
地点：天定山滑雪场
发现时间：11月28日 23:01，现有 1 条反映
牵头：应急局；配合：消防大队
值班：应急局 应急局值班员甲 0431-0000-0212
值班：消防大队 消防大队值班员甲 0431-0000-0213
原帖：无链接
反映内容（小红书，未核实）：「天定山缆车停了半小时，人被困在半空，没人管」','2026-11-28 15:01:29.788971',0,'[]');
CREATE TABLE attachments (
	attachment_id VARCHAR(32) NOT NULL, 
	case_id VARCHAR(40), 
	event_no INTEGER NOT NULL, 
	department VARCHAR(40) NOT NULL, 
	name TEXT NOT NULL, 
	kind VARCHAR(4) NOT NULL, 
	size INTEGER NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	added_at DATETIME NOT NULL, 
	PRIMARY KEY (attachment_id), 
	FOREIGN KEY(case_id) REFERENCES cases (case_id)
);
CREATE TABLE attempts (
	delivery_id VARCHAR(64) NOT NULL, 
	no INTEGER NOT NULL, 
	started_at DATETIME NOT NULL, 
	finished_at DATETIME, 
	outcome VARCHAR(10), 
	detail TEXT NOT NULL, channel VARCHAR(40) DEFAULT '' NOT NULL, posts INTEGER DEFAULT '1' NOT NULL, 
	PRIMARY KEY (delivery_id, no), 
	FOREIGN KEY(delivery_id) REFERENCES deliveries (delivery_id)
);
INSERT INTO "attempts" VALUES('40365c0c9a111527f2791ce93413e763',1,'2026-11-28 15:01:29.799655','2026-11-28 15:01:29.834463','ok','','file',1);
INSERT INTO "attempts" VALUES('7e128ce14453228f0173f743876c4f6b',1,'2026-11-28 15:01:29.834463','2026-11-28 15:01:29.846825','ok','','console',1);
INSERT INTO "attempts" VALUES('675f1b65e1bcb59e5e2126367998c3a2',1,'2026-11-28 15:01:29.846825','2026-11-28 15:01:29.859238','ok','','file',1);
INSERT INTO "attempts" VALUES('797d87608625f41d14602b938b2609c8',1,'2026-11-28 15:01:29.859238','2026-11-28 15:01:29.866957','ok','','console',1);
INSERT INTO "attempts" VALUES('097703d8814a3fefb20c7a339f5a0e24',1,'2026-11-28 15:01:29.866957','2026-11-28 15:01:29.878427','ok','','file',1);
INSERT INTO "attempts" VALUES('56b880d1a5a0cfbd9400ffb678c69012',1,'2026-11-28 15:01:29.878427','2026-11-28 15:01:29.903052','ok','','console',1);
INSERT INTO "attempts" VALUES('0a6671db1697cd61bd4db5ee7a9c10a1',1,'2026-11-28 15:01:29.903052','2026-11-28 15:01:29.910114','ok','','file',1);
INSERT INTO "attempts" VALUES('35f903fba433cb00e3ece3c1fa1e39eb',1,'2026-11-28 15:01:29.910114','2026-11-28 15:01:29.920625','ok','','console',1);
INSERT INTO "attempts" VALUES('f6d3f4efcfa443b251a83b57ebd57389',1,'2026-11-28 15:01:29.920625','2026-11-28 15:01:29.934951','ok','','console',1);
INSERT INTO "attempts" VALUES('fa6b22f196bb46797b2acd5b517b5301',1,'2026-11-28 15:01:29.934951','2026-11-28 15:01:29.947953','ok','','file',1);
INSERT INTO "attempts" VALUES('082393425a99c6c1824414acdd0a14d4',1,'2026-11-28 15:01:29.947953','2026-11-28 15:01:29.963100','ok','','console',1);
INSERT INTO "attempts" VALUES('624a69885a1b9b37b9b2ff0e5162a7f5',1,'2026-11-28 15:01:29.963100','2026-11-28 15:01:29.965909','ok','','file',1);
CREATE TABLE audit (
	no INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	actor TEXT NOT NULL, 
	role VARCHAR(20) NOT NULL, 
	department VARCHAR(40) NOT NULL, 
	action VARCHAR(30) NOT NULL, 
	subject TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	prev_hash VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	PRIMARY KEY (no)
);
INSERT INTO "audit" VALUES(1,'2026-11-28 15:01:50.493987','乙','宣传部','','original','LHS-20261128-0001','复核','','60c0c31b42b997ad30c15d992f9635523ae4fdc84ead36214a3ebf4ebec952ec');
INSERT INTO "audit" VALUES(2,'2026-11-28 15:01:54.025654','乙','宣传部','','hold','LHS-20261128-0001','复议期间','60c0c31b42b997ad30c15d992f9635523ae4fdc84ead36214a3ebf4ebec952ec','297083190d26b5fedfe455215bdf572575f34bebbddd0f575405bb2dc7bdf3f9');
INSERT INTO "audit" VALUES(3,'2026-11-28 15:02:02.312668','命令行','admin','','user-add','丁','督查室 督查室','297083190d26b5fedfe455215bdf572575f34bebbddd0f575405bb2dc7bdf3f9','124cd61cb567b65331daa8b8f772cd0befe21384a333e4bea2475221f8dcf42e');
CREATE TABLE case_keys (
	"key" VARCHAR(120) NOT NULL, 
	mention_id VARCHAR(24) NOT NULL, 
	case_id VARCHAR(40) NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY ("key", mention_id), 
	FOREIGN KEY(case_id) REFERENCES cases (case_id)
);
INSERT INTO "case_keys" VALUES('call!text:x83b43279cc61e96b','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 15:01:20.144230');
INSERT INTO "case_keys" VALUES('call!text:b00bc0b361f','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 15:01:20.144230');
INSERT INTO "case_keys" VALUES('call!text:b01f8458fa8','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 15:01:20.144230');
INSERT INTO "case_keys" VALUES('call!text:b027ce6133b','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 15:01:20.144230');
INSERT INTO "case_keys" VALUES('call!text:b037c282b03','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 15:01:20.144230');
INSERT INTO "case_keys" VALUES('call!text:b0407f5f640','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 15:01:20.144230');
INSERT INTO "case_keys" VALUES('call!text:b05aae10af9','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 15:01:20.144230');
INSERT INTO "case_keys" VALUES('call!text:b06e301cc95','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 15:01:20.144230');
INSERT INTO "case_keys" VALUES('call!text:b079168c95f','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 15:01:20.144230');
INSERT INTO "case_keys" VALUES('call!text:b08516b9a9a','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 15:01:20.144230');
INSERT INTO "case_keys" VALUES('call!text:b0979fce5f7','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 15:01:20.144230');
INSERT INTO "case_keys" VALUES('call!text:b10697242da','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 15:01:20.144230');
INSERT INTO "case_keys" VALUES('call!text:b1139da7fe9','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 15:01:20.144230');
INSERT INTO "case_keys" VALUES('call!text:b12eb10a138','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 15:01:20.144230');
INSERT INTO "case_keys" VALUES('call!text:b1377197b5c','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 15:01:20.144230');
INSERT INTO "case_keys" VALUES('call!text:b147ecc43fb','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 15:01:20.144230');
INSERT INTO "case_keys" VALUES('call!text:b15fdded0a8','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 15:01:20.144230');
INSERT INTO "case_keys" VALUES('call!text:b167c628d85','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 15:01:20.144230');
INSERT INTO "case_keys" VALUES('call!text:b1722efd1ed','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 15:01:20.144230');
INSERT INTO "case_keys" VALUES('call!text:b18788f7d2f','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 15:01:20.144230');
INSERT INTO "case_keys" VALUES('call!text:b198fa17a15','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 15:01:20.144230');
INSERT INTO "case_keys" VALUES('call!thread:afbebd7992343c49bda4ba04','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 15:01:20.144230');
INSERT INTO "case_keys" VALUES('call!event:lodging:天定山滑雪场','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 15:01:20.144230');
INSERT INTO "case_keys" VALUES('call!text:x62ed1d88482a19ed','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 15:01:20.188126');
INSERT INTO "case_keys" VALUES('call!text:b004238dc7f','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 15:01:20.188126');
INSERT INTO "case_keys" VALUES('call!text:b0115c5fe43','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 15:01:20.188126');
INSERT INTO "case_keys" VALUES('call!text:b0248b6c9f1','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 15:01:20.188126');
INSERT INTO "case_keys" VALUES('call!text:b03ed200af4','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 15:01:20.188126');
INSERT INTO "case_keys" VALUES('call!text:b041f98d141','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 15:01:20.188126');
INSERT INTO "case_keys" VALUES('call!text:b05f4e957f7','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 15:01:20.188126');
INSERT INTO "case_keys" VALUES('call!text:b06f39d0354','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 15:01:20.188126');
INSERT INTO "case_keys" VALUES('call!text:b077818c7b9','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 15:01:20.188126');
INSERT INTO "case_keys" VALUES('call!text:b08f884517f','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 15:01:20.188126');
INSERT INTO "case_keys" VALUES('call!text:b09c2e12331','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 15:01:20.188126');
INSERT INTO "case_keys" VALUES('call!text:b1096606d7a','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 15:01:20.188126');
INSERT INTO "case_keys" VALUES('call!text:b1139d57f38','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 15:01:20.188126');
INSERT INTO "case_keys" VALUES('call!text:b12eb31a130','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 15:01:20.188126');
INSERT INTO "case_keys" VALUES('call!text:b13aa43329e','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 15:01:20.188126');
INSERT INTO "case_keys" VALUES('call!text:b1423c195e4','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 15:01:20.188126');
INSERT INTO "case_keys" VALUES('call!text:b156c51dd05','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 15:01:20.188126');
INSERT INTO "case_keys" VALUES('call!text:b1656aa180f','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 15:01:20.188126');
INSERT INTO "case_keys" VALUES('call!text:b1729684364','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 15:01:20.188126');
INSERT INTO "case_keys" VALUES('call!text:b1866a079cc','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 15:01:20.188126');
INSERT INTO "case_keys" VALUES('call!text:b19ed229c64','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 15:01:20.188126');
INSERT INTO "case_keys" VALUES('call!thread:eba98db197bd4e67a5b89a00','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 15:01:20.188126');
INSERT INTO "case_keys" VALUES('call!event:taxi_refusal:天定山滑雪场','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 15:01:20.188126');
INSERT INTO "case_keys" VALUES('text:x3587bd2000dff4d0','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 15:01:29.789270');
INSERT INTO "case_keys" VALUES('text:b00efc92f1e','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 15:01:29.789270');
INSERT INTO "case_keys" VALUES('text:b01ed05145a','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 15:01:29.789270');
INSERT INTO "case_keys" VALUES('text:b02d0038c9f','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 15:01:29.789270');
INSERT INTO "case_keys" VALUES('text:b032e6f2576','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 15:01:29.789270');
INSERT INTO "case_keys" VALUES('text:b044e694d31','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 15:01:29.789270');
INSERT INTO "case_keys" VALUES('text:b05f348fee0','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 15:01:29.789270');
INSERT INTO "case_keys" VALUES('text:b0622b03d6a','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 15:01:29.789270');
INSERT INTO "case_keys" VALUES('text:b0718a9c6ff','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 15:01:29.789270');
INSERT INTO "case_keys" VALUES('text:b0872223f59','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 15:01:29.789270');
INSERT INTO "case_keys" VALUES('text:b09ad5cc2d1','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 15:01:29.789270');
INSERT INTO "case_keys" VALUES('text:b1011ba1577','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 15:01:29.789270');
INSERT INTO "case_keys" VALUES('text:b11391d7fc5','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 15:01:29.789270');
INSERT INTO "case_keys" VALUES('text:b1237803445','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 15:01:29.789270');
INSERT INTO "case_keys" VALUES('text:b1377627b80','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 15:01:29.789270');
INSERT INTO "case_keys" VALUES('text:b142dad5974','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 15:01:29.789270');
INSERT INTO "case_keys" VALUES('text:b150734a067','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 15:01:29.789270');
INSERT INTO "case_keys" VALUES('text:b161d861767','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 15:01:29.789270');
INSERT INTO "case_keys" VALUES('text:b172f1b9274','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 15:01:29.789270');
INSERT INTO "case_keys" VALUES('text:b186b9b4153','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 15:01:29.789270');
INSERT INTO "case_keys" VALUES('text:b19662fe409','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 15:01:29.789270');
INSERT INTO "case_keys" VALUES('thread:661e4c5230348e586f7b64a2','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 15:01:29.789270');
INSERT INTO "case_keys" VALUES('event:safety_hazard:天定山滑雪场','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 15:01:29.789270');
CREATE TABLE case_mentions (
	mention_id VARCHAR(24) NOT NULL, 
	case_id VARCHAR(40) NOT NULL, 
	position INTEGER NOT NULL, 
	PRIMARY KEY (mention_id), 
	FOREIGN KEY(case_id) REFERENCES cases (case_id), 
	FOREIGN KEY(mention_id) REFERENCES mentions (mention_id)
);
INSERT INTO "case_mentions" VALUES('afbebd7992343c49bda4ba04','LHS-20261128-0001',0);
INSERT INTO "case_mentions" VALUES('eba98db197bd4e67a5b89a00','LHS-20261128-0002',0);
INSERT INTO "case_mentions" VALUES('661e4c5230348e586f7b64a2','LHS-20261128-0003',0);
CREATE TABLE cases (
	case_id VARCHAR(40) NOT NULL, 
	categories JSON NOT NULL, 
	place TEXT, 
	level VARCHAR(4) NOT NULL, 
	status VARCHAR(10) NOT NULL, 
	opened_at DATETIME NOT NULL, 
	last_report_at DATETIME NOT NULL, 
	version INTEGER NOT NULL, 
	linked JSON NOT NULL, 
	recurs VARCHAR(40), 
	merged_into VARCHAR(40), 
	registered_at DATETIME, 
	acceptance_due DATETIME, 
	settlement_due DATETIME, 
	held BOOLEAN NOT NULL, unverified_since DATETIME, admitted_at DATETIME, refused_at DATETIME, chased JSON DEFAULT '[]' NOT NULL, indexed_version INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (case_id)
);
INSERT INTO "cases" VALUES('LHS-20261128-0001','["lodging"]','天定山滑雪场','蓝','已办结','2026-11-28 15:01:19.735585','2026-11-28 15:01:19.735585',5,'[]',NULL,NULL,NULL,NULL,NULL,1,NULL,NULL,NULL,'[]',0);
INSERT INTO "cases" VALUES('LHS-20261128-0002','["taxi_refusal"]','天定山滑雪场','蓝','待签收','2026-11-28 15:01:20.146227','2026-11-28 15:01:20.146227',1,'[]',NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,'[]',0);
INSERT INTO "cases" VALUES('LHS-20261128-0003','["safety_hazard"]','天定山滑雪场','红','已签收','2026-11-28 15:01:29.485668','2026-11-28 15:01:29.485668',2,'[]',NULL,NULL,NULL,NULL,NULL,0,'2026-11-28 15:01:29.485668',NULL,NULL,'[]',0);
CREATE TABLE correction_keys (
	"key" VARCHAR(120) NOT NULL, 
	correction_id INTEGER NOT NULL, 
	PRIMARY KEY ("key", correction_id), 
	FOREIGN KEY(correction_id) REFERENCES corrections (correction_id)
);
CREATE TABLE corrections (
	correction_id INTEGER NOT NULL, 
	mention_id VARCHAR(24) NOT NULL, 
	at DATETIME NOT NULL, 
	actor TEXT NOT NULL, 
	role VARCHAR(20) NOT NULL, 
	department VARCHAR(40) NOT NULL, 
	origin VARCHAR(20) NOT NULL, 
	complaint BOOLEAN NOT NULL, 
	categories JSON NOT NULL, 
	platform VARCHAR(30) NOT NULL, 
	kind VARCHAR(10) NOT NULL, 
	text TEXT NOT NULL, 
	context JSON NOT NULL, 
	said JSON NOT NULL, 
	version VARCHAR(80) NOT NULL, 
	PRIMARY KEY (correction_id)
);
CREATE TABLE counted_days (
	day VARCHAR(10) NOT NULL, 
	changes INTEGER NOT NULL, 
	counted INTEGER NOT NULL, 
	PRIMARY KEY (day)
);
CREATE TABLE day_totals (
	day VARCHAR(10) NOT NULL, 
	kind VARCHAR(10) NOT NULL, 
	name VARCHAR(120) NOT NULL, 
	mentions INTEGER NOT NULL, 
	complaints INTEGER NOT NULL, 
	PRIMARY KEY (day, kind, name)
);
CREATE TABLE deliveries (
	delivery_id VARCHAR(64) NOT NULL, 
	alert_id VARCHAR(64) NOT NULL, 
	receiver VARCHAR(40) NOT NULL, 
	channel VARCHAR(40) NOT NULL, 
	fallback JSON NOT NULL, 
	state VARCHAR(10) NOT NULL, 
	attempts INTEGER NOT NULL, 
	unconfirmed INTEGER NOT NULL, 
	next_at DATETIME, 
	provider_id TEXT NOT NULL, 
	error TEXT NOT NULL, 
	accepted_at DATETIME, turn INTEGER DEFAULT '2' NOT NULL, stands_for VARCHAR(40) DEFAULT '' NOT NULL, digest VARCHAR(64), indexed_state VARCHAR(10), indexed_attempts INTEGER, 
	PRIMARY KEY (delivery_id), 
	FOREIGN KEY(alert_id) REFERENCES alerts (alert_id)
);
INSERT INTO "deliveries" VALUES('cb828d675eb55bd3afe0518cda424201','778005afc189c6de319dff0003cd5c3b','市场监管分局','console','["file"]','pending',0,0,'2026-11-28 23:30:00.000000','','',NULL,3,'',NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES('c75be4b0d4118640c333ede8d6f9a786','b79bb0d8523343f611aebb7ca82f4fec','教卫健局','console','["file"]','pending',0,0,'2026-11-28 23:30:00.000000','','',NULL,3,'',NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES('9113aa4b25c99d108b8c06568b587a40','b5bf0ee7cbef68f5e03b73e30640baaf','宣传部','console','["file"]','pending',0,0,'2026-11-28 23:30:00.000000','','',NULL,3,'',NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES('dd5d1f82c9c55b02a3ac536a54f41abe','8791bf84f7f29bdcd1de3eb909eef2ca','文体旅科局','console','["file"]','pending',0,0,'2026-11-28 23:30:00.000000','','',NULL,3,'',NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES('7d957e2378099e5116cab1971b594783','f519b645e494d1eee77fde7819e97e31','住建局','console','["file"]','pending',0,0,'2026-11-28 23:30:00.000000','','',NULL,3,'',NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES('cbf10c5e20df4ee1d42b7e7e341f860e','27627d2ea15c6fde9df3e8fa5699493e','城管局','console','["file"]','pending',0,0,'2026-11-28 23:30:00.000000','','',NULL,3,'',NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES('2f401345bbc2c8feb9adc2b1a27e4fe7','8cea8696dc8480646c99320a2fc00713','交警大队','console','["file"]','pending',0,0,'2026-11-28 23:30:00.000000','','',NULL,3,'',NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES('6b8f1b348a1d6c5e8f5d4d3b8e1c4bf7','9ca7470e520b739c0cb5e17a1e2f745b','宣传部','console','["file"]','pending',0,0,'2026-11-28 23:30:00.000000','','',NULL,3,'',NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES('31694c72fe460d26ba3677495c6d6a99','200b3fd855fd635c37a78491fc7bf826','文体旅科局','console','["file"]','pending',0,0,'2026-11-28 23:30:00.000000','','',NULL,3,'',NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES('7e128ce14453228f0173f743876c4f6b','8b3f3dcb25a4767bdae653b954526bde','应急局','console','[]','sent',1,0,NULL,'','','2026-11-28 15:01:29.846825',0,'',NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES('40365c0c9a111527f2791ce93413e763','8b3f3dcb25a4767bdae653b954526bde','应急局','file','[]','sent',1,0,NULL,'','','2026-11-28 15:01:29.834463',0,'',NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES('797d87608625f41d14602b938b2609c8','4c5056037827b51aad1a945dbcb65afd','消防大队','console','[]','sent',1,0,NULL,'','','2026-11-28 15:01:29.866957',0,'',NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES('675f1b65e1bcb59e5e2126367998c3a2','4c5056037827b51aad1a945dbcb65afd','消防大队','file','[]','sent',1,0,NULL,'','','2026-11-28 15:01:29.859238',0,'',NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES('56b880d1a5a0cfbd9400ffb678c69012','b985d49bed0193efce503b4b074494b3','宣传部','console','[]','sent',1,0,NULL,'','','2026-11-28 15:01:29.903052',0,'',NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES('097703d8814a3fefb20c7a339f5a0e24','b985d49bed0193efce503b4b074494b3','宣传部','file','[]','sent',1,0,NULL,'','','2026-11-28 15:01:29.878427',0,'',NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES('35f903fba433cb00e3ece3c1fa1e39eb','a80b8d44f1826761e290336f0190b227','文体旅科局','console','[]','sent',1,0,NULL,'','','2026-11-28 15:01:29.920625',0,'',NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES('0a6671db1697cd61bd4db5ee7a9c10a1','a80b8d44f1826761e290336f0190b227','文体旅科局','file','[]','sent',1,0,NULL,'','','2026-11-28 15:01:29.910114',0,'',NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES('f6d3f4efcfa443b251a83b57ebd57389','7003caf3d16ab1a07161a31b81457d76','管委会领导','console','[]','sent',1,0,NULL,'','','2026-11-28 15:01:29.934951',0,'',NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES('fa6b22f196bb46797b2acd5b517b5301','7003caf3d16ab1a07161a31b81457d76','管委会领导','file','[]','sent',1,0,NULL,'','','2026-11-28 15:01:29.947953',0,'',NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES('082393425a99c6c1824414acdd0a14d4','47f60be11dc5891329034e110e52c62e','值班手机','console','[]','sent',1,0,NULL,'','','2026-11-28 15:01:29.963100',0,'',NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES('624a69885a1b9b37b9b2ff0e5162a7f5','47f60be11dc5891329034e110e52c62e','值班手机','file','[]','sent',1,0,NULL,'','','2026-11-28 15:01:29.965909',0,'',NULL,NULL,NULL);
CREATE TABLE events (
	case_id VARCHAR(40) NOT NULL, 
	no INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	actor TEXT NOT NULL, 
	role VARCHAR(20) NOT NULL, 
	actor_department VARCHAR(40) NOT NULL, 
	action VARCHAR(20) NOT NULL, 
	department VARCHAR(40) NOT NULL, 
	from_state VARCHAR(10) NOT NULL, 
	to_state VARCHAR(10) NOT NULL, 
	note TEXT NOT NULL, 
	data JSON NOT NULL, 
	command_id VARCHAR(80), 
	prev_hash VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	PRIMARY KEY (case_id, no), 
	FOREIGN KEY(case_id) REFERENCES cases (case_id), 
	CONSTRAINT one_event_per_command UNIQUE (case_id, command_id)
);
INSERT INTO "events" VALUES('LHS-20261128-0001',1,'2026-11-28 15:01:19.735585','系统','system','','open','','','待签收','','{"categories":["lodging"],"place":"天定山滑雪场","level":"蓝","mention_ids":["afbebd7992343c49bda4ba04"],"linked":[],"recurs":null,"obligations":[{"department":"市场监管分局","duty":"lead","ack_due":"2026-11-30T02:30:00+00:00","reply_due":"2026-11-30T15:01:19.735585+00:00","own_limit":false},{"department":"教卫健局","duty":"support","ack_due":"2026-11-30T02:30:00+00:00","reply_due":"2026-11-30T15:01:19.735585+00:00","own_limit":false}]}',NULL,'','f840d3112bc80d4e5b425b3d437347e369b581120b9b0886b39854052dbb0738');
INSERT INTO "events" VALUES('LHS-20261128-0002',1,'2026-11-28 15:01:20.146227','系统','system','','open','','','待签收','','{"categories":["taxi_refusal"],"place":"天定山滑雪场","level":"蓝","mention_ids":["eba98db197bd4e67a5b89a00"],"linked":[],"recurs":null,"obligations":[{"department":"住建局","duty":"lead","ack_due":"2026-11-30T02:30:00+00:00","reply_due":"2026-11-30T15:01:20.146227+00:00","own_limit":false},{"department":"城管局","duty":"support","ack_due":"2026-11-30T02:30:00+00:00","reply_due":"2026-11-30T15:01:20.146227+00:00","own_limit":false},{"department":"交警大队","duty":"support","ack_due":"2026-11-30T02:30:00+00:00","reply_due":"2026-11-30T15:01:20.146227+00:00","own_limit":false}]}',NULL,'','35cebb9ca61ec56e697736b354b092afd4ece18063f0685dc467aba22f486421');
INSERT INTO "events" VALUES('LHS-20261128-0003',1,'2026-11-28 15:01:29.485668','系统','system','','open','','','待签收','','{"categories":["safety_hazard"],"place":"天定山滑雪场","level":"红","mention_ids":["661e4c5230348e586f7b64a2"],"linked":[],"recurs":null,"obligations":[{"department":"应急局","duty":"lead","ack_due":"2026-11-28T15:11:29.485668+00:00","reply_due":"2026-11-28T20:01:29.485668+00:00","own_limit":false},{"department":"消防大队","duty":"support","ack_due":"2026-11-28T15:11:29.485668+00:00","reply_due":"2026-11-28T20:01:29.485668+00:00","own_limit":false}],"unverified":true}',NULL,'','a1b7baaa70f8c7bea643d2224948eb036663c9cd86a19e01d7d42e32562c050d');
INSERT INTO "events" VALUES('LHS-20261128-0001',2,'2026-11-28 15:01:40.628149','甲','handler','市场监管分局','ack','市场监管分局','待签收','已签收','','{}',NULL,'f840d3112bc80d4e5b425b3d437347e369b581120b9b0886b39854052dbb0738','4398fd594a9703673f7333a0b4462203c15e56388cbed4c1525b60ce9903e5c3');
INSERT INTO "events" VALUES('LHS-20261128-0001',3,'2026-11-28 15:01:43.306696','甲','handler','市场监管分局','reply','市场监管分局','已签收','待审核','已约谈并退款','{}',NULL,'4398fd594a9703673f7333a0b4462203c15e56388cbed4c1525b60ce9903e5c3','a2c9ceedc8602637d3fc788de51801205e51a31c1af392361eeda8eff9190d54');
INSERT INTO "events" VALUES('LHS-20261128-0001',4,'2026-11-28 15:01:45.968769','乙','宣传部','','accept','市场监管分局','待审核','已办结','','{}',NULL,'a2c9ceedc8602637d3fc788de51801205e51a31c1af392361eeda8eff9190d54','18edf0179db4b6a50d6453fa45f9767f3969eca73d6d17d83a4777ded4ab457a');
INSERT INTO "events" VALUES('LHS-20261128-0001',5,'2026-11-28 15:01:45.968769','系统','system','','close','','','','','{}',NULL,'18edf0179db4b6a50d6453fa45f9767f3969eca73d6d17d83a4777ded4ab457a','014f4eb6314b54d77c7f2bc5933626ed5da259796af08845e02768f786d50205');
INSERT INTO "events" VALUES('LHS-20261128-0003',2,'2026-11-28 15:01:57.426292','丙','handler','应急局','ack','应急局','待签收','已签收','','{}',NULL,'a1b7baaa70f8c7bea643d2224948eb036663c9cd86a19e01d7d42e32562c050d','d433ded1a5336867dfaa4afb45e11612bd93d7a6a43f7c76fa7688f35f263247');
CREATE TABLE forgotten (
	mention_id VARCHAR(24) NOT NULL, 
	PRIMARY KEY (mention_id)
);
CREATE TABLE forgotten_records (
	kind VARCHAR(20) NOT NULL, 
	doc_id VARCHAR(100) NOT NULL, 
	PRIMARY KEY (kind, doc_id)
);
CREATE TABLE marks (
	source VARCHAR(40) NOT NULL, 
	"key" VARCHAR(200) NOT NULL, 
	value TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (source, "key")
);
CREATE TABLE mentions (
	mention_id VARCHAR(24) NOT NULL, 
	platform VARCHAR(30) NOT NULL, 
	native_id TEXT NOT NULL, 
	kind VARCHAR(10) NOT NULL, 
	title TEXT NOT NULL, 
	text TEXT NOT NULL, 
	url TEXT NOT NULL, 
	parent_id VARCHAR(24), 
	author_ref VARCHAR(80), 
	published_at DATETIME, 
	first_seen_at DATETIME NOT NULL, 
	due_at DATETIME, 
	ip_region TEXT NOT NULL, 
	queries JSON NOT NULL, 
	source TEXT NOT NULL, 
	own_channel BOOLEAN NOT NULL, 
	parent_text TEXT NOT NULL, 
	"query" TEXT NOT NULL, 
	source_kind VARCHAR(20) NOT NULL, 
	drill BOOLEAN NOT NULL, 
	revision INTEGER NOT NULL, 
	stage VARCHAR(10) NOT NULL, 
	change_no INTEGER NOT NULL, 
	indexed_no INTEGER NOT NULL, 
	held BOOLEAN NOT NULL, first_scored_at DATETIME, counted_at DATETIME, 
	PRIMARY KEY (mention_id)
);
INSERT INTO "mentions" VALUES('eba98db197bd4e67a5b89a00','hotline','GD-0001','call','出租车拒载','11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话***********。','',NULL,NULL,'2026-11-26 12:15:00.000000','2026-11-28 15:01:16.855740',NULL,'','[]','import:工单.csv',0,'','','hotline',0,1,'done',5,5,0,'2026-11-28 15:01:16.939512',NULL);
INSERT INTO "mentions" VALUES('afbebd7992343c49bda4ba04','hotline','GD-0002','call','房间没有暖气','在天定山附近的民宿住宿，房间没有暖气也没有热水，老板不给退款。','',NULL,NULL,'2026-11-26 13:40:00.000000','2026-11-28 15:01:16.855740',NULL,'','[]','import:工单.csv',0,'','','hotline',0,1,'done',5,5,1,'2026-11-28 15:01:16.939512',NULL);
INSERT INTO "mentions" VALUES('51fa189b552225888fa79a41','weibo','5000000000000001','post','','天定山滑雪场今天雪质真好，下次还来','',NULL,'2026:edb67a3366d5e2376787','2026-11-26 04:00:00.000000','2026-11-28 15:01:27.809510',NULL,'','[]','import:导出.csv',0,'','','',0,1,'done',4,4,0,'2026-11-28 15:01:27.831649','2026-11-28 15:01:27.809510');
INSERT INTO "mentions" VALUES('661e4c5230348e586f7b64a2','xiaohongshu','6123456789abcdef01234567','post','','天定山缆车停了半小时，人被困在半空，没人管','',NULL,'2026:66c6a932d45eada47dcb','2026-11-26 05:00:00.000000','2026-11-28 15:01:27.809510',NULL,'','[]','import:导出.csv',0,'','','',0,1,'done',5,5,0,'2026-11-28 15:01:27.831649','2026-11-28 15:01:27.809510');
CREATE TABLE meta (
	"key" VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('drill','0');
CREATE TABLE obligations (
	case_id VARCHAR(40) NOT NULL, 
	department VARCHAR(40) NOT NULL, 
	position INTEGER NOT NULL, 
	duty VARCHAR(10) NOT NULL, 
	status VARCHAR(10) NOT NULL, 
	opened_at DATETIME NOT NULL, 
	clock_from DATETIME NOT NULL, 
	ack_due DATETIME NOT NULL, 
	reply_due DATETIME NOT NULL, 
	acknowledged_at DATETIME, 
	replied_at DATETIME, 
	accepted_at DATETIME, 
	reworked_count INTEGER NOT NULL, 
	assignee TEXT NOT NULL, 
	declined BOOLEAN NOT NULL, 
	transferred_to VARCHAR(40), 
	reply_asked BOOLEAN NOT NULL, 
	extension_asked BOOLEAN NOT NULL, 
	own_limit BOOLEAN NOT NULL, 
	chased JSON NOT NULL, 
	PRIMARY KEY (case_id, department), 
	FOREIGN KEY(case_id) REFERENCES cases (case_id)
);
INSERT INTO "obligations" VALUES('LHS-20261128-0001','市场监管分局',0,'lead','已办结','2026-11-28 15:01:19.735585','2026-11-28 15:01:19.735585','2026-11-30 02:30:00.000000','2026-11-30 15:01:19.735585','2026-11-28 15:01:40.628149','2026-11-28 15:01:43.306696','2026-11-28 15:01:45.968769',0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0001','教卫健局',1,'support','已办结','2026-11-28 15:01:19.735585','2026-11-28 15:01:19.735585','2026-11-30 02:30:00.000000','2026-11-30 15:01:19.735585',NULL,NULL,NULL,0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0002','住建局',0,'lead','待签收','2026-11-28 15:01:20.146227','2026-11-28 15:01:20.146227','2026-11-30 02:30:00.000000','2026-11-30 15:01:20.146227',NULL,NULL,NULL,0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0002','城管局',1,'support','待签收','2026-11-28 15:01:20.146227','2026-11-28 15:01:20.146227','2026-11-30 02:30:00.000000','2026-11-30 15:01:20.146227',NULL,NULL,NULL,0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0002','交警大队',2,'support','待签收','2026-11-28 15:01:20.146227','2026-11-28 15:01:20.146227','2026-11-30 02:30:00.000000','2026-11-30 15:01:20.146227',NULL,NULL,NULL,0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0003','应急局',0,'lead','已签收','2026-11-28 15:01:29.485668','2026-11-28 15:01:29.485668','2026-11-28 15:11:29.485668','2026-11-28 20:01:29.485668','2026-11-28 15:01:57.426292',NULL,NULL,0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0003','消防大队',1,'support','待签收','2026-11-28 15:01:29.485668','2026-11-28 15:01:29.485668','2026-11-28 15:11:29.485668','2026-11-28 20:01:29.485668',NULL,NULL,NULL,0,'',0,NULL,0,0,0,'[]');
CREATE TABLE originals (
	mention_id VARCHAR(24) NOT NULL, 
	revision INTEGER NOT NULL, 
	title TEXT NOT NULL, 
	text TEXT NOT NULL, 
	parent_text TEXT NOT NULL, 
	seen_at DATETIME NOT NULL, 
	PRIMARY KEY (mention_id, revision), 
	FOREIGN KEY(mention_id) REFERENCES mentions (mention_id)
);
INSERT INTO "originals" VALUES('eba98db197bd4e67a5b89a00',1,'出租车拒载','11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话15400001234。','','2026-11-28 15:01:16.855740');
INSERT INTO "originals" VALUES('afbebd7992343c49bda4ba04',1,'房间没有暖气','在天定山附近的民宿住宿，房间没有暖气也没有热水，老板不给退款。','','2026-11-28 15:01:16.855740');
INSERT INTO "originals" VALUES('51fa189b552225888fa79a41',1,'','天定山滑雪场今天雪质真好，下次还来','','2026-11-28 15:01:27.809510');
INSERT INTO "originals" VALUES('661e4c5230348e586f7b64a2',1,'','天定山缆车停了半小时，人被困在半空，没人管','','2026-11-28 15:01:27.809510');
CREATE TABLE pauses (
	site VARCHAR(255) NOT NULL, 
	began_at DATETIME NOT NULL, 
	until DATETIME NOT NULL, 
	source VARCHAR(40) NOT NULL, 
	outcome VARCHAR(30) NOT NULL, 
	lifted_at DATETIME, 
	PRIMARY KEY (site, began_at)
);
CREATE TABLE refusals (
	kind VARCHAR(20) NOT NULL, 
	doc_id VARCHAR(100) NOT NULL, 
	reason TEXT NOT NULL, 
	first_at DATETIME NOT NULL, 
	last_at DATETIME NOT NULL, 
	times INTEGER NOT NULL, 
	PRIMARY KEY (kind, doc_id)
);
CREATE TABLE rejects (
	reject_id INTEGER NOT NULL, 
	content VARCHAR(64) NOT NULL, 
	file TEXT NOT NULL, 
	"row" INTEGER NOT NULL, 
	format VARCHAR(30) NOT NULL, 
	reason TEXT NOT NULL, 
	fields JSON NOT NULL, 
	kept_at DATETIME NOT NULL, 
	resolved_at DATETIME, 
	PRIMARY KEY (reject_id), 
	UNIQUE (content)
);
INSERT INTO "rejects" VALUES(1,'23cf5e62ecd59232d283a610c54e8fe62b2166e3da9064be4b4bc20db8a0c0a1','工单.csv',4,'worksheet','缺少「编号」','{"title":"没有编号","text":"这一行没有编号，收不了。","published_at":"2026-11-26 22:00:00","platform":"hotline","kind":"call","source_kind":"hotline"}','2026-11-28 15:01:16.911118',NULL);
CREATE TABLE reports (
	kind VARCHAR(10) NOT NULL, 
	period_start DATETIME NOT NULL, 
	edition INTEGER NOT NULL, 
	made_at DATETIME NOT NULL, 
	late BOOLEAN NOT NULL, 
	files JSON NOT NULL, 
	PRIMARY KEY (kind, period_start, edition)
);
CREATE TABLE review_keys (
	"key" VARCHAR(120) NOT NULL, 
	mention_id VARCHAR(24) NOT NULL, 
	review_id VARCHAR(40) NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY ("key", mention_id), 
	FOREIGN KEY(review_id) REFERENCES reviews (review_id)
);
CREATE TABLE review_mentions (
	review_id VARCHAR(40) NOT NULL, 
	mention_id VARCHAR(24) NOT NULL, 
	position INTEGER NOT NULL, 
	PRIMARY KEY (review_id, mention_id), 
	FOREIGN KEY(mention_id) REFERENCES mentions (mention_id), 
	FOREIGN KEY(review_id) REFERENCES reviews (review_id)
);
CREATE TABLE reviews (
	review_id VARCHAR(40) NOT NULL, 
	state VARCHAR(10) NOT NULL, 
	opened_at DATETIME NOT NULL, 
	due_at DATETIME NOT NULL, 
	next_at DATETIME NOT NULL, 
	version INTEGER NOT NULL, 
	decided_at DATETIME, 
	decided_by TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	case_id VARCHAR(40), indexed_version INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (review_id)
);
CREATE TABLE sessions (
	sid VARCHAR(64) NOT NULL, 
	user VARCHAR(40) NOT NULL, 
	csrf VARCHAR(64) NOT NULL, 
	created_at DATETIME NOT NULL, 
	seen_at DATETIME NOT NULL, 
	idle_minutes INTEGER NOT NULL, 
	ends_at DATETIME NOT NULL, 
	PRIMARY KEY (sid), 
	FOREIGN KEY(user) REFERENCES users (name)
);
CREATE TABLE sightings (
	mention_id VARCHAR(24) NOT NULL, 
	seen_at DATETIME NOT NULL, 
	likes INTEGER, 
	comments INTEGER, 
	shares INTEGER, 
	views INTEGER, 
	lower_bounds JSON NOT NULL, 
	source TEXT NOT NULL, shown BOOLEAN DEFAULT 0 NOT NULL, 
	PRIMARY KEY (mention_id, seen_at), 
	FOREIGN KEY(mention_id) REFERENCES mentions (mention_id)
);
INSERT INTO "sightings" VALUES('51fa189b552225888fa79a41','2026-11-28 15:01:27.809510',12,NULL,NULL,NULL,'[]','import:导出.csv',0);
INSERT INTO "sightings" VALUES('661e4c5230348e586f7b64a2','2026-11-28 15:01:27.809510',340,NULL,NULL,NULL,'[]','import:导出.csv',0);
CREATE TABLE signin_failures (
	attempt VARCHAR(32) NOT NULL, 
	kind VARCHAR(10) NOT NULL, 
	"key" VARCHAR(64) NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (attempt, kind)
);
CREATE TABLE silences (
	source VARCHAR(40) NOT NULL, 
	began_at DATETIME NOT NULL, 
	reason VARCHAR(10) NOT NULL, 
	told_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	PRIMARY KEY (source, began_at)
);
CREATE TABLE source_runs (
	run_id VARCHAR(64) NOT NULL, 
	source TEXT NOT NULL, 
	started_at DATETIME NOT NULL, 
	finished_at DATETIME, 
	outcome VARCHAR(24), 
	seen INTEGER NOT NULL, 
	new INTEGER NOT NULL, 
	detail TEXT NOT NULL, indexed_outcome VARCHAR(24), 
	PRIMARY KEY (run_id)
);
CREATE TABLE surges (
	kind VARCHAR(10) NOT NULL, 
	what VARCHAR(40) NOT NULL, 
	place VARCHAR(40) NOT NULL, 
	began_at DATETIME NOT NULL, 
	last_at DATETIME NOT NULL, 
	step VARCHAR(10) NOT NULL, 
	people INTEGER NOT NULL, 
	expected FLOAT NOT NULL, 
	ended_at DATETIME, 
	PRIMARY KEY (kind, what, place, began_at)
);
CREATE TABLE used_links (
	nonce VARCHAR(64) NOT NULL, 
	used_at DATETIME NOT NULL, 
	until DATETIME NOT NULL, 
	PRIMARY KEY (nonce)
);
CREATE TABLE users (
	name VARCHAR(40) NOT NULL, 
	role VARCHAR(20) NOT NULL, 
	department VARCHAR(40) NOT NULL, 
	password TEXT NOT NULL, 
	setup VARCHAR(64), 
	setup_until DATETIME, 
	disabled BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "users" VALUES('丁','督查室','督查室','','75bdce574e643bf05e30b91e11293a0ad22522be92deae72377e0bb7df15cf70','2026-11-29 15:02:02.312668',0,'2026-11-28 15:02:02.312558');
CREATE TABLE verdicts (
	mention_id VARCHAR(24) NOT NULL, 
	relevant BOOLEAN NOT NULL, 
	reason TEXT NOT NULL, 
	places JSON NOT NULL, 
	stance VARCHAR(12) NOT NULL, 
	sentiment FLOAT NOT NULL, 
	polarity VARCHAR(10) NOT NULL, 
	complaints JSON NOT NULL, 
	urgency VARCHAR(10) NOT NULL, 
	version VARCHAR(60) NOT NULL, 
	scored_at DATETIME NOT NULL, 
	PRIMARY KEY (mention_id), 
	FOREIGN KEY(mention_id) REFERENCES mentions (mention_id)
);
INSERT INTO "verdicts" VALUES('afbebd7992343c49bda4ba04',1,'place:天定山滑雪场','["天定山滑雪场"]','experience',-0.3951,'negative','[["lodging",0.857,[[0,4,"房间没有","冷"],[19,28,"房间没有暖气也没有","冷"],[26,30,"没有热水","没热水断电"]]]]','yellow','rules-2+model-3+learned','2026-11-28 15:01:16.939512');
INSERT INTO "verdicts" VALUES('eba98db197bd4e67a5b89a00',1,'place:天定山滑雪场','["天定山滑雪场"]','experience',-0.9136,'negative','[["taxi_refusal",0.958,[[3,5,"拒载","拒载"],[26,28,"拒载","拒载"],[31,34,"不打表","不打表"]]]]','yellow','rules-2+model-3+learned','2026-11-28 15:01:16.939512');
INSERT INTO "verdicts" VALUES('51fa189b552225888fa79a41',1,'place:天定山滑雪场','["天定山滑雪场"]','praise',0.8744,'positive','[]','none','rules-2+model-3+learned','2026-11-28 15:01:27.831649');
INSERT INTO "verdicts" VALUES('661e4c5230348e586f7b64a2',1,'place:天定山滑雪场','["天定山滑雪场"]','experience',-0.9563,'negative','[["safety_hazard",0.737,[[3,21,"缆车停了半小时，人被困在半空，没人管","缆车设备故障"],[12,14,"被困","求救无应"]]]]','red','rules-2+model-3+learned','2026-11-28 15:01:27.831649');
CREATE TABLE waits (
	channel VARCHAR(40) NOT NULL, 
	receiver VARCHAR(40) NOT NULL, 
	until DATETIME NOT NULL, 
	PRIMARY KEY (channel, receiver)
);
CREATE INDEX ix_alerts_case_id ON alerts (case_id);
CREATE INDEX ix_alerts_created_at ON alerts (created_at);
CREATE INDEX ix_audit_at ON audit (at);
CREATE INDEX ix_cases_opened_at ON cases (opened_at);
CREATE INDEX ix_cases_status ON cases (status);
CREATE INDEX mentions_by_parent ON mentions (parent_id);
CREATE INDEX mentions_by_seen ON mentions (first_seen_at);
CREATE INDEX mentions_by_stage ON mentions (stage, first_seen_at, mention_id);
CREATE INDEX mentions_to_index ON mentions (mention_id) WHERE change_no > indexed_no;
CREATE INDEX ix_rejects_kept_at ON rejects (kept_at);
CREATE INDEX source_runs_by_source ON source_runs (source, started_at);
CREATE INDEX case_keys_by_time ON case_keys ("key", at);
CREATE INDEX ix_case_keys_case_id ON case_keys (case_id);
CREATE INDEX case_mentions_by_case ON case_mentions (case_id, position);
CREATE INDEX ix_deliveries_alert_id ON deliveries (alert_id);
CREATE INDEX ix_events_at ON events (at);
CREATE INDEX ix_obligations_status ON obligations (status);
CREATE INDEX ix_originals_seen_at ON originals (seen_at);
CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events is append-only'); END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events WHEN NOT EXISTS (SELECT 1 FROM meta WHERE key = 'purging') BEGIN SELECT RAISE(ABORT, 'events is append-only'); END;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit WHEN NOT EXISTS (SELECT 1 FROM meta WHERE key = 'purging') BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE INDEX reviews_due ON reviews (state, next_at);
CREATE INDEX ix_reviews_opened_at ON reviews (opened_at);
CREATE INDEX review_mentions_by_mention ON review_mentions (mention_id);
CREATE INDEX review_keys_by_time ON review_keys ("key", at);
CREATE INDEX ix_review_keys_review_id ON review_keys (review_id);
CREATE INDEX ix_corrections_mention_id ON corrections (mention_id);
CREATE INDEX ix_corrections_at ON corrections (at);
CREATE INDEX deliveries_by_state ON deliveries (state);
CREATE INDEX ix_deliveries_digest ON deliveries (digest);
CREATE INDEX deliveries_due ON deliveries (turn, next_at, delivery_id) WHERE next_at IS NOT NULL;
CREATE INDEX attempts_by_channel ON attempts (channel, started_at);
CREATE INDEX cases_to_index ON cases (case_id) WHERE version > indexed_version;
CREATE INDEX deliveries_to_index ON deliveries (delivery_id) WHERE indexed_state IS NOT state OR indexed_attempts IS NOT attempts;
CREATE INDEX source_runs_to_index ON source_runs (run_id) WHERE indexed_outcome IS NULL;
CREATE INDEX mentions_by_platform ON mentions (platform, first_seen_at);
CREATE INDEX ix_sessions_user ON sessions (user);
CREATE INDEX ix_sessions_ends_at ON sessions (ends_at);
CREATE INDEX signin_failures_by_key ON signin_failures (kind, "key", at);
CREATE INDEX ix_used_links_until ON used_links (until);
CREATE INDEX obligations_by_department ON obligations (department, case_id);
CREATE INDEX audit_by_action ON audit (action, no);
CREATE INDEX audit_by_actor ON audit (actor, no);
CREATE INDEX attachments_by_case ON attachments (case_id, event_no);
CREATE INDEX sightings_to_index ON sightings (mention_id) WHERE shown IS 0;
CREATE INDEX reviews_to_index ON reviews (review_id) WHERE version > indexed_version;
COMMIT;
