BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE alerts (
	alert_id VARCHAR(64) NOT NULL, 
	case_id VARCHAR(40), 
	purpose VARCHAR(20) NOT NULL, 
	level VARCHAR(4), 
	title TEXT NOT NULL, 
	body TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	drill BOOLEAN NOT NULL, 
	PRIMARY KEY (alert_id)
);
INSERT INTO "alerts" VALUES('778005afc189c6de319dff0003cd5c3b','LHS-20261128-0001','new','蓝','【蓝色】新投诉：住宿问题、消费纠纷（天定山滑雪场） LHS-20261128-0001','编号：LHS-20261128-0001
您的角色：牵头（市场监管分局）
请办：请于 11月30日 10:30 前签收，11月30日 14:43 前答复
类别：住宿问题、消费纠纷
地点：天定山滑雪场
发现时间：11月28日 14:43，现有 1 条反映
牵头：市场监管分局、商务局；配合：教卫健局、宣传部
原帖：无链接
反映内容（12345热线，未核实）：「房间没有暖气 在天定山附近的民宿住宿，房间没有暖气也没有热水，老板不给退款。」','2026-11-28 06:43:34.076546',0);
INSERT INTO "alerts" VALUES('dca7c0d5cfc92b49066fc5ee75c6b86e','LHS-20261128-0001','new','蓝','【蓝色】新投诉：住宿问题、消费纠纷（天定山滑雪场） LHS-20261128-0001','编号：LHS-20261128-0001
您的角色：牵头（商务局）
请办：请于 11月30日 10:30 前签收，11月30日 14:43 前答复
类别：住宿问题、消费纠纷
地点：天定山滑雪场
发现时间：11月28日 14:43，现有 1 条反映
牵头：市场监管分局、商务局；配合：教卫健局、宣传部
原帖：无链接
反映内容（12345热线，未核实）：「房间没有暖气 在天定山附近的民宿住宿，房间没有暖气也没有热水，老板不给退款。」','2026-11-28 06:43:34.095188',0);
INSERT INTO "alerts" VALUES('b79bb0d8523343f611aebb7ca82f4fec','LHS-20261128-0001','new','蓝','【蓝色】新投诉：住宿问题、消费纠纷（天定山滑雪场） LHS-20261128-0001','编号：LHS-20261128-0001
您的角色：配合（教卫健局）
请办：请于 11月30日 10:30 前签收，配合市场监管分局、商务局办理
类别：住宿问题、消费纠纷
地点：天定山滑雪场
发现时间：11月28日 14:43，现有 1 条反映
牵头：市场监管分局、商务局；配合：教卫健局、宣传部
原帖：无链接
反映内容（12345热线，未核实）：「房间没有暖气 在天定山附近的民宿住宿，房间没有暖气也没有热水，老板不给退款。」','2026-11-28 06:43:34.095603',0);
INSERT INTO "alerts" VALUES('b5bf0ee7cbef68f5e03b73e30640baaf','LHS-20261128-0001','new','蓝','【蓝色】新投诉：住宿问题、消费纠纷（天定山滑雪场） LHS-20261128-0001','编号：LHS-20261128-0001
您的角色：配合（宣传部）
请办：请于 11月30日 10:30 前签收，配合市场监管分局、商务局办理
类别：住宿问题、消费纠纷
地点：天定山滑雪场
发现时间：11月28日 14:43，现有 1 条反映
牵头：市场监管分局、商务局；配合：教卫健局、宣传部
原帖：无链接
反映内容（12345热线，未核实）：「房间没有暖气 在天定山附近的民宿住宿，房间没有暖气也没有热水，老板不给退款。」','2026-11-28 06:43:34.095881',0);
INSERT INTO "alerts" VALUES('8791bf84f7f29bdcd1de3eb909eef2ca','LHS-20261128-0001','new','蓝','【蓝色】新投诉：住宿问题、消费纠纷（天定山滑雪场） LHS-20261128-0001','编号：LHS-20261128-0001
您的角色：抄送（文体旅科局）
请办：请知悉，无需签收
类别：住宿问题、消费纠纷
地点：天定山滑雪场
发现时间：11月28日 14:43，现有 1 条反映
牵头：市场监管分局、商务局；配合：教卫健局、宣传部
原帖：无链接
反映内容（12345热线，未核实）：「房间没有暖气 在天定山附近的民宿住宿，房间没有暖气也没有热水，老板不给退款。」','2026-11-28 06:43:34.096165',0);
INSERT INTO "alerts" VALUES('f519b645e494d1eee77fde7819e97e31','LHS-20261128-0002','new','蓝','【蓝色】新投诉：拒载、价格欺诈（天定山滑雪场） LHS-20261128-0002','编号：LHS-20261128-0002
您的角色：牵头（住建局）
请办：请于 11月30日 10:30 前签收，11月30日 14:43 前答复
类别：拒载、价格欺诈
地点：天定山滑雪场
发现时间：11月28日 14:43，现有 1 条反映
牵头：住建局、市场监管分局；配合：城管局、交警大队、教卫健局
原帖：无链接
反映内容（12345热线，未核实）：「出租车拒载 11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话＊＊＊＊＊＊＊＊＊＊＊。」','2026-11-28 06:43:34.142971',0);
INSERT INTO "alerts" VALUES('aa6d4a1fb9a3853450c316e323985462','LHS-20261128-0002','new','蓝','【蓝色】新投诉：拒载、价格欺诈（天定山滑雪场） LHS-20261128-0002','编号：LHS-20261128-0002
您的角色：牵头（市场监管分局）
请办：请于 11月30日 10:30 前签收，11月30日 14:43 前答复
类别：拒载、价格欺诈
地点：天定山滑雪场
发现时间：11月28日 14:43，现有 1 条反映
牵头：住建局、市场监管分局；配合：城管局、交警大队、教卫健局
原帖：无链接
反映内容（12345热线，未核实）：「出租车拒载 11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话＊＊＊＊＊＊＊＊＊＊＊。」','2026-11-28 06:43:34.143699',0);
INSERT INTO "alerts" VALUES('27627d2ea15c6fde9df3e8fa5699493e','LHS-20261128-0002','new','蓝','【蓝色】新投诉：拒载、价格欺诈（天定山滑雪场） LHS-20261128-0002','编号：LHS-20261128-0002
您的角色：配合（城管局）
请办：请于 11月30日 10:30 前签收，配合住建局、市场监管分局办理
类别：拒载、价格欺诈
地点：天定山滑雪场
发现时间：11月28日 14:43，现有 1 条反映
牵头：住建局、市场监管分局；配合：城管局、交警大队、教卫健局
原帖：无链接
反映内容（12345热线，未核实）：「出租车拒载 11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话＊＊＊＊＊＊＊＊＊＊＊。」','2026-11-28 06:43:34.144150',0);
INSERT INTO "alerts" VALUES('8cea8696dc8480646c99320a2fc00713','LHS-20261128-0002','new','蓝','【蓝色】新投诉：拒载、价格欺诈（天定山滑雪场） LHS-20261128-0002','编号：LHS-20261128-0002
您的角色：配合（交警大队）
请办：请于 11月30日 10:30 前签收，配合住建局、市场监管分局办理
类别：拒载、价格欺诈
地点：天定山滑雪场
发现时间：11月28日 14:43，现有 1 条反映
牵头：住建局、市场监管分局；配合：城管局、交警大队、教卫健局
原帖：无链接
反映内容（12345热线，未核实）：「出租车拒载 11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话＊＊＊＊＊＊＊＊＊＊＊。」','2026-11-28 06:43:34.144579',0);
INSERT INTO "alerts" VALUES('bb666a07c2442c9190e08d9033edbac9','LHS-20261128-0002','new','蓝','【蓝色】新投诉：拒载、价格欺诈（天定山滑雪场） LHS-20261128-0002','编号：LHS-20261128-0002
您的角色：配合（教卫健局）
请办：请于 11月30日 10:30 前签收，配合住建局、市场监管分局办理
类别：拒载、价格欺诈
地点：天定山滑雪场
发现时间：11月28日 14:43，现有 1 条反映
牵头：住建局、市场监管分局；配合：城管局、交警大队、教卫健局
原帖：无链接
反映内容（12345热线，未核实）：「出租车拒载 11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话＊＊＊＊＊＊＊＊＊＊＊。」','2026-11-28 06:43:34.145078',0);
INSERT INTO "alerts" VALUES('9ca7470e520b739c0cb5e17a1e2f745b','LHS-20261128-0002','new','蓝','【蓝色】新投诉：拒载、价格欺诈（天定山滑雪场） LHS-20261128-0002','编号：LHS-20261128-0002
您的角色：抄送（宣传部）
请办：请知悉，无需签收
类别：拒载、价格欺诈
地点：天定山滑雪场
发现时间：11月28日 14:43，现有 1 条反映
牵头：住建局、市场监管分局；配合：城管局、交警大队、教卫健局
原帖：无链接
反映内容（12345热线，未核实）：「出租车拒载 11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话＊＊＊＊＊＊＊＊＊＊＊。」','2026-11-28 06:43:34.145574',0);
INSERT INTO "alerts" VALUES('200b3fd855fd635c37a78491fc7bf826','LHS-20261128-0002','new','蓝','【蓝色】新投诉：拒载、价格欺诈（天定山滑雪场） LHS-20261128-0002','编号：LHS-20261128-0002
您的角色：抄送（文体旅科局）
请办：请知悉，无需签收
类别：拒载、价格欺诈
地点：天定山滑雪场
发现时间：11月28日 14:43，现有 1 条反映
牵头：住建局、市场监管分局；配合：城管局、交警大队、教卫健局
原帖：无链接
反映内容（12345热线，未核实）：「出租车拒载 11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话＊＊＊＊＊＊＊＊＊＊＊。」','2026-11-28 06:43:34.145995',0);
INSERT INTO "alerts" VALUES('8b3f3dcb25a4767bdae653b954526bde','LHS-20261128-0003','new','红','【红色】新投诉：安全隐患（天定山滑雪场） LHS-20261128-0003','编号：LHS-20261128-0003
您的角色：牵头（应急局）
请办：请于 11月28日 14:53 前签收，11月28日 19:43 前答复
类别：安全隐患
地点：天定山滑雪场
发现时间：11月28日 14:43，现有 1 条反映
牵头：应急局；配合：消防大队
值班：应急局 应急局值班员甲 0431-0000-0212
值班：消防大队 消防大队值班员甲 0431-0000-0213
原帖：无链接
反映内容（小红书，未核实）：「天定山缆车停了半小时，人被困在半空，没人管」','2026-11-28 06:43:42.141370',0);
INSERT INTO "alerts" VALUES('4c5056037827b51aad1a945dbcb65afd','LHS-20261128-0003','new','红','【红色】新投诉：安全隐患（天定山滑雪场） LHS-20261128-0003','编号：LHS-20261128-0003
您的角色：配合（消防大队）
请办：请于 11月28日 14:53 前签收，配合应急局办理
类别：安全隐患
地点：天定山滑雪场
发现时间：11月28日 14:43，现有 1 条反映
牵头：应急局；配合：消防大队
值班：应急局 应急局值班员甲 0431-0000-0212
值班：消防大队 消防大队值班员甲 0431-0000-0213
原帖：无链接
反映内容（小红书，未核实）：「天定山缆车停了半小时，人被困在半空，没人管」','2026-11-28 06:43:42.143606',0);
INSERT INTO "alerts" VALUES('b985d49bed0193efce503b4b074494b3','LHS-20261128-0003','new','红','【红色】新投诉：安全隐患（天定山滑雪场） LHS-20261128-0003','编号：LHS-20261128-0003
您的角色：抄送（宣传部）
请办：请知悉，无需签收
类别：安全隐患
地点：天定山滑雪场
发现时间：11月28日 14:43，现有 1 条反映
牵头：应急局；配合：消防大队
值班：应急局 应急局值班员甲 0431-0000-0212
值班：消防大队 消防大队值班员甲 0431-0000-0213
原帖：无链接
反映内容（小红书，未核实）：「天定山缆车停了半小时，人被困在半空，没人管」','2026-11-28 06:43:42.143929',0);
INSERT INTO "alerts" VALUES('a80b8d44f1826761e290336f0190b227','LHS-20261128-0003','new','红','【红色】新投诉：安全隐患（天定山滑雪场） LHS-20261128-0003','编号：LHS-20261128-0003
您的角色：抄送（文体旅科局）
请办：请知悉，无需签收
类别：安全隐患
地点：天定山滑雪场
发现时间：11月28日 14:43，现有 1 条反映
牵头：应急局；配合：消防大队
值班：应急局 应急局值班员甲 0431-0000-0212
值班：消防大队 消防大队值班员甲 0431-0000-0213
原帖：无链接
反映内容（小红书，未核实）：「天定山缆车停了半小时，人被困在半空，没人管」','2026-11-28 06:43:42.144331',0);
INSERT INTO "alerts" VALUES('7003caf3d16ab1a07161a31b81457d76','LHS-20261128-0003','new','红','【红色】新投诉：安全隐患（天定山滑雪场） LHS-20261128-0003','编号：LHS-20261128-0003
您的角色：抄送（管委会领导）
请办：请知悉，无需签收
类别：安全隐患
地点：天定山滑雪场
发现时间：11月28日 14:43，现有 1 条反映
牵头：应急局；配合：消防大队
值班：应急局 应急局值班员甲 0431-0000-0212
值班：消防大队 消防大队值班员甲 0431-0000-0213
原帖：无链接
反映内容（小红书，未核实）：「天定山缆车停了半小时，人被困在半空，没人管」','2026-11-28 06:43:42.144656',0);
INSERT INTO "alerts" VALUES('47f60be11dc5891329034e110e52c62e','LHS-20261128-0003','new','红','【红色】新投诉：安全隐患（天定山滑雪场） LHS-20261128-0003','编号：LHS-20261128-0003
您的角色：抄送（值班手机）
请办：请知悉，无需签收
类别：安全隐患
地点：天定山滑雪场
发现时间：11月28日 14:43，现有 1 条反映
牵头：应急局；配合：消防大队
值班：应急局 应急局值班员甲 0431-0000-0212
值班：消防大队 消防大队值班员甲 0431-0000-0213
原帖：无链接
反映内容（小红书，未核实）：「天定山缆车停了半小时，人被困在半空，没人管」','2026-11-28 06:43:42.144919',0);
CREATE TABLE attempts (
	delivery_id VARCHAR(64) NOT NULL, 
	no INTEGER NOT NULL, 
	started_at DATETIME NOT NULL, 
	finished_at DATETIME, 
	outcome VARCHAR(10), 
	detail TEXT NOT NULL, 
	PRIMARY KEY (delivery_id, no), 
	FOREIGN KEY(delivery_id) REFERENCES deliveries (delivery_id)
);
INSERT INTO "attempts" VALUES('cb828d675eb55bd3afe0518cda424201',1,'2026-11-28 06:43:34.189427','2026-11-28 06:43:34.209884','ok','');
INSERT INTO "attempts" VALUES('e8e4bc25e134effd7aec9af0badb3cec',1,'2026-11-28 06:43:34.209884','2026-11-28 06:43:34.230592','ok','');
INSERT INTO "attempts" VALUES('c75be4b0d4118640c333ede8d6f9a786',1,'2026-11-28 06:43:34.230592','2026-11-28 06:43:34.240202','ok','');
INSERT INTO "attempts" VALUES('9113aa4b25c99d108b8c06568b587a40',1,'2026-11-28 06:43:34.240202','2026-11-28 06:43:34.246116','ok','');
INSERT INTO "attempts" VALUES('dd5d1f82c9c55b02a3ac536a54f41abe',1,'2026-11-28 06:43:34.246116','2026-11-28 06:43:34.254996','ok','');
INSERT INTO "attempts" VALUES('7d957e2378099e5116cab1971b594783',1,'2026-11-28 06:43:34.254996','2026-11-28 06:43:34.270569','ok','');
INSERT INTO "attempts" VALUES('323cc3b109d92de76516c298e298e804',1,'2026-11-28 06:43:34.270569','2026-11-28 06:43:34.274546','ok','');
INSERT INTO "attempts" VALUES('cbf10c5e20df4ee1d42b7e7e341f860e',1,'2026-11-28 06:43:34.274546','2026-11-28 06:43:34.286545','ok','');
INSERT INTO "attempts" VALUES('2f401345bbc2c8feb9adc2b1a27e4fe7',1,'2026-11-28 06:43:34.286545','2026-11-28 06:43:34.302407','ok','');
INSERT INTO "attempts" VALUES('3fac6adb00b09c64b29098af9af44e82',1,'2026-11-28 06:43:34.302407','2026-11-28 06:43:34.306778','ok','');
INSERT INTO "attempts" VALUES('6b8f1b348a1d6c5e8f5d4d3b8e1c4bf7',1,'2026-11-28 06:43:34.306778','2026-11-28 06:43:34.334622','ok','');
INSERT INTO "attempts" VALUES('31694c72fe460d26ba3677495c6d6a99',1,'2026-11-28 06:43:34.334622','2026-11-28 06:43:34.349064','ok','');
INSERT INTO "attempts" VALUES('40365c0c9a111527f2791ce93413e763',1,'2026-11-28 06:43:42.149230','2026-11-28 06:43:42.154083','ok','');
INSERT INTO "attempts" VALUES('7e128ce14453228f0173f743876c4f6b',1,'2026-11-28 06:43:42.154083','2026-11-28 06:43:42.157853','ok','');
INSERT INTO "attempts" VALUES('675f1b65e1bcb59e5e2126367998c3a2',1,'2026-11-28 06:43:42.157853','2026-11-28 06:43:42.166108','ok','');
INSERT INTO "attempts" VALUES('797d87608625f41d14602b938b2609c8',1,'2026-11-28 06:43:42.166108','2026-11-28 06:43:42.170487','ok','');
INSERT INTO "attempts" VALUES('097703d8814a3fefb20c7a339f5a0e24',1,'2026-11-28 06:43:42.170487','2026-11-28 06:43:42.175240','ok','');
INSERT INTO "attempts" VALUES('56b880d1a5a0cfbd9400ffb678c69012',1,'2026-11-28 06:43:42.175240','2026-11-28 06:43:42.179596','ok','');
INSERT INTO "attempts" VALUES('0a6671db1697cd61bd4db5ee7a9c10a1',1,'2026-11-28 06:43:42.179596','2026-11-28 06:43:42.185673','ok','');
INSERT INTO "attempts" VALUES('35f903fba433cb00e3ece3c1fa1e39eb',1,'2026-11-28 06:43:42.185673','2026-11-28 06:43:42.192135','ok','');
INSERT INTO "attempts" VALUES('f6d3f4efcfa443b251a83b57ebd57389',1,'2026-11-28 06:43:42.192135','2026-11-28 06:43:42.201744','ok','');
INSERT INTO "attempts" VALUES('fa6b22f196bb46797b2acd5b517b5301',1,'2026-11-28 06:43:42.201744','2026-11-28 06:43:42.210458','ok','');
INSERT INTO "attempts" VALUES('082393425a99c6c1824414acdd0a14d4',1,'2026-11-28 06:43:42.210458','2026-11-28 06:43:42.217035','ok','');
INSERT INTO "attempts" VALUES('624a69885a1b9b37b9b2ff0e5162a7f5',1,'2026-11-28 06:43:42.217035','2026-11-28 06:43:42.229590','ok','');
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
INSERT INTO "audit" VALUES(1,'2026-11-28 06:44:12.897385','乙','宣传部','','original','LHS-20261128-0001','复核','','3989473544473a8d966cfb7ae694159902c37ef8ba37f2134b3ac0e31484ba78');
INSERT INTO "audit" VALUES(2,'2026-11-28 06:44:17.098007','乙','宣传部','','hold','LHS-20261128-0001','复议期间','3989473544473a8d966cfb7ae694159902c37ef8ba37f2134b3ac0e31484ba78','1c094190fd4a660f8b061bdefaed2428d87db10d99689c7f20ce95e5ace61d4f');
CREATE TABLE case_keys (
	"key" VARCHAR(120) NOT NULL, 
	mention_id VARCHAR(24) NOT NULL, 
	case_id VARCHAR(40) NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY ("key", mention_id), 
	FOREIGN KEY(case_id) REFERENCES cases (case_id)
);
INSERT INTO "case_keys" VALUES('call!text:x83b43279cc61e96b','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:43:34.096367');
INSERT INTO "case_keys" VALUES('call!text:b00d9039e9c','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:43:34.096367');
INSERT INTO "case_keys" VALUES('call!text:b0117ef9ba7','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:43:34.096367');
INSERT INTO "case_keys" VALUES('call!text:b02fdbf7881','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:43:34.096367');
INSERT INTO "case_keys" VALUES('call!text:b03436d592b','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:43:34.096367');
INSERT INTO "case_keys" VALUES('call!text:b043b586340','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:43:34.096367');
INSERT INTO "case_keys" VALUES('call!text:b05c07b5a96','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:43:34.096367');
INSERT INTO "case_keys" VALUES('call!text:b06abd85536','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:43:34.096367');
INSERT INTO "case_keys" VALUES('call!text:b07f2f5db3c','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:43:34.096367');
INSERT INTO "case_keys" VALUES('call!text:b0835e72553','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:43:34.096367');
INSERT INTO "case_keys" VALUES('call!text:b09d693edf7','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:43:34.096367');
INSERT INTO "case_keys" VALUES('call!text:b10f7caa79e','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:43:34.096367');
INSERT INTO "case_keys" VALUES('call!text:b11c40ca8b5','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:43:34.096367');
INSERT INTO "case_keys" VALUES('call!text:b126882876b','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:43:34.096367');
INSERT INTO "case_keys" VALUES('call!text:b131bbaf0fa','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:43:34.096367');
INSERT INTO "case_keys" VALUES('call!text:b1440cd8584','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:43:34.096367');
INSERT INTO "case_keys" VALUES('call!text:b1583c46aa5','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:43:34.096367');
INSERT INTO "case_keys" VALUES('call!text:b163691993a','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:43:34.096367');
INSERT INTO "case_keys" VALUES('call!text:b17f009a142','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:43:34.096367');
INSERT INTO "case_keys" VALUES('call!text:b18c5a170fe','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:43:34.096367');
INSERT INTO "case_keys" VALUES('call!text:b194e4cc7a5','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:43:34.096367');
INSERT INTO "case_keys" VALUES('call!thread:afbebd7992343c49bda4ba04','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:43:34.096367');
INSERT INTO "case_keys" VALUES('call!event:lodging:天定山滑雪场','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:43:34.096367');
INSERT INTO "case_keys" VALUES('call!event:consumer_dispute:天定山滑雪场','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:43:34.096367');
INSERT INTO "case_keys" VALUES('call!text:x62ed1d88482a19ed','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:43:34.170570');
INSERT INTO "case_keys" VALUES('call!text:b009ecbd36c','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:43:34.170570');
INSERT INTO "case_keys" VALUES('call!text:b01394fdc41','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:43:34.170570');
INSERT INTO "case_keys" VALUES('call!text:b025ac6c220','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:43:34.170570');
INSERT INTO "case_keys" VALUES('call!text:b0300c293a8','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:43:34.170570');
INSERT INTO "case_keys" VALUES('call!text:b04785c0dba','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:43:34.170570');
INSERT INTO "case_keys" VALUES('call!text:b051b45f87f','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:43:34.170570');
INSERT INTO "case_keys" VALUES('call!text:b06ba1502f2','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:43:34.170570');
INSERT INTO "case_keys" VALUES('call!text:b07f126582b','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:43:34.170570');
INSERT INTO "case_keys" VALUES('call!text:b08ea64f594','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:43:34.170570');
INSERT INTO "case_keys" VALUES('call!text:b09b93f4492','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:43:34.170570');
INSERT INTO "case_keys" VALUES('call!text:b10c58629b6','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:43:34.170570');
INSERT INTO "case_keys" VALUES('call!text:b11b025de43','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:43:34.170570');
INSERT INTO "case_keys" VALUES('call!text:b129c466a04','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:43:34.170570');
INSERT INTO "case_keys" VALUES('call!text:b136f7407f2','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:43:34.170570');
INSERT INTO "case_keys" VALUES('call!text:b14ce874df7','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:43:34.170570');
INSERT INTO "case_keys" VALUES('call!text:b159f1c479c','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:43:34.170570');
INSERT INTO "case_keys" VALUES('call!text:b1687bfeb85','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:43:34.170570');
INSERT INTO "case_keys" VALUES('call!text:b1708127cc0','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:43:34.170570');
INSERT INTO "case_keys" VALUES('call!text:b185d6ca288','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:43:34.170570');
INSERT INTO "case_keys" VALUES('call!text:b193ded8eb2','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:43:34.170570');
INSERT INTO "case_keys" VALUES('call!thread:eba98db197bd4e67a5b89a00','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:43:34.170570');
INSERT INTO "case_keys" VALUES('call!event:taxi_refusal:天定山滑雪场','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:43:34.170570');
INSERT INTO "case_keys" VALUES('call!event:price_gouging:天定山滑雪场','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:43:34.170570');
INSERT INTO "case_keys" VALUES('text:x3587bd2000dff4d0','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:43:42.145143');
INSERT INTO "case_keys" VALUES('text:b00fff2cccf','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:43:42.145143');
INSERT INTO "case_keys" VALUES('text:b010106dd54','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:43:42.145143');
INSERT INTO "case_keys" VALUES('text:b029be9c74f','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:43:42.145143');
INSERT INTO "case_keys" VALUES('text:b03f20ef691','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:43:42.145143');
INSERT INTO "case_keys" VALUES('text:b041b926cb6','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:43:42.145143');
INSERT INTO "case_keys" VALUES('text:b056a24b190','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:43:42.145143');
INSERT INTO "case_keys" VALUES('text:b0606afb6e2','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:43:42.145143');
INSERT INTO "case_keys" VALUES('text:b07e1cb3e47','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:43:42.145143');
INSERT INTO "case_keys" VALUES('text:b08a5467288','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:43:42.145143');
INSERT INTO "case_keys" VALUES('text:b0960d29372','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:43:42.145143');
INSERT INTO "case_keys" VALUES('text:b1041cfa447','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:43:42.145143');
INSERT INTO "case_keys" VALUES('text:b11d4e1bcb7','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:43:42.145143');
INSERT INTO "case_keys" VALUES('text:b12c5edd0c9','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:43:42.145143');
INSERT INTO "case_keys" VALUES('text:b13543729e4','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:43:42.145143');
INSERT INTO "case_keys" VALUES('text:b146210f772','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:43:42.145143');
INSERT INTO "case_keys" VALUES('text:b15d925e31a','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:43:42.145143');
INSERT INTO "case_keys" VALUES('text:b161a2307ab','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:43:42.145143');
INSERT INTO "case_keys" VALUES('text:b1796e4f5fe','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:43:42.145143');
INSERT INTO "case_keys" VALUES('text:b18a516db9a','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:43:42.145143');
INSERT INTO "case_keys" VALUES('text:b19126bab94','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:43:42.145143');
INSERT INTO "case_keys" VALUES('thread:661e4c5230348e586f7b64a2','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:43:42.145143');
INSERT INTO "case_keys" VALUES('event:safety_hazard:天定山滑雪场','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:43:42.145143');
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
	held BOOLEAN NOT NULL, 
	PRIMARY KEY (case_id)
);
INSERT INTO "cases" VALUES('LHS-20261128-0001','["lodging","consumer_dispute"]','天定山滑雪场','蓝','待签收','2026-11-28 06:43:33.682710','2026-11-28 06:43:33.682710',4,'[]',NULL,NULL,NULL,NULL,NULL,1);
INSERT INTO "cases" VALUES('LHS-20261128-0002','["taxi_refusal","price_gouging"]','天定山滑雪场','蓝','待签收','2026-11-28 06:43:34.097557','2026-11-28 06:43:34.097557',1,'[]',NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "cases" VALUES('LHS-20261128-0003','["safety_hazard"]','天定山滑雪场','红','已签收','2026-11-28 06:43:42.072379','2026-11-28 06:43:42.072379',2,'[]',NULL,NULL,NULL,NULL,NULL,0);
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
	lease_until DATETIME, 
	provider_id TEXT NOT NULL, 
	error TEXT NOT NULL, 
	accepted_at DATETIME, 
	PRIMARY KEY (delivery_id), 
	FOREIGN KEY(alert_id) REFERENCES alerts (alert_id)
);
INSERT INTO "deliveries" VALUES('cb828d675eb55bd3afe0518cda424201','778005afc189c6de319dff0003cd5c3b','市场监管分局','console','["file"]','sent',1,0,NULL,NULL,'','','2026-11-28 06:43:34.209884');
INSERT INTO "deliveries" VALUES('e8e4bc25e134effd7aec9af0badb3cec','dca7c0d5cfc92b49066fc5ee75c6b86e','商务局','console','["file"]','sent',1,0,NULL,NULL,'','','2026-11-28 06:43:34.230592');
INSERT INTO "deliveries" VALUES('c75be4b0d4118640c333ede8d6f9a786','b79bb0d8523343f611aebb7ca82f4fec','教卫健局','console','["file"]','sent',1,0,NULL,NULL,'','','2026-11-28 06:43:34.240202');
INSERT INTO "deliveries" VALUES('9113aa4b25c99d108b8c06568b587a40','b5bf0ee7cbef68f5e03b73e30640baaf','宣传部','console','["file"]','sent',1,0,NULL,NULL,'','','2026-11-28 06:43:34.246116');
INSERT INTO "deliveries" VALUES('dd5d1f82c9c55b02a3ac536a54f41abe','8791bf84f7f29bdcd1de3eb909eef2ca','文体旅科局','console','["file"]','sent',1,0,NULL,NULL,'','','2026-11-28 06:43:34.254996');
INSERT INTO "deliveries" VALUES('7d957e2378099e5116cab1971b594783','f519b645e494d1eee77fde7819e97e31','住建局','console','["file"]','sent',1,0,NULL,NULL,'','','2026-11-28 06:43:34.270569');
INSERT INTO "deliveries" VALUES('323cc3b109d92de76516c298e298e804','aa6d4a1fb9a3853450c316e323985462','市场监管分局','console','["file"]','sent',1,0,NULL,NULL,'','','2026-11-28 06:43:34.274546');
INSERT INTO "deliveries" VALUES('cbf10c5e20df4ee1d42b7e7e341f860e','27627d2ea15c6fde9df3e8fa5699493e','城管局','console','["file"]','sent',1,0,NULL,NULL,'','','2026-11-28 06:43:34.286545');
INSERT INTO "deliveries" VALUES('2f401345bbc2c8feb9adc2b1a27e4fe7','8cea8696dc8480646c99320a2fc00713','交警大队','console','["file"]','sent',1,0,NULL,NULL,'','','2026-11-28 06:43:34.302407');
INSERT INTO "deliveries" VALUES('3fac6adb00b09c64b29098af9af44e82','bb666a07c2442c9190e08d9033edbac9','教卫健局','console','["file"]','sent',1,0,NULL,NULL,'','','2026-11-28 06:43:34.306778');
INSERT INTO "deliveries" VALUES('6b8f1b348a1d6c5e8f5d4d3b8e1c4bf7','9ca7470e520b739c0cb5e17a1e2f745b','宣传部','console','["file"]','sent',1,0,NULL,NULL,'','','2026-11-28 06:43:34.334622');
INSERT INTO "deliveries" VALUES('31694c72fe460d26ba3677495c6d6a99','200b3fd855fd635c37a78491fc7bf826','文体旅科局','console','["file"]','sent',1,0,NULL,NULL,'','','2026-11-28 06:43:34.349064');
INSERT INTO "deliveries" VALUES('7e128ce14453228f0173f743876c4f6b','8b3f3dcb25a4767bdae653b954526bde','应急局','console','[]','sent',1,0,NULL,NULL,'','','2026-11-28 06:43:42.157853');
INSERT INTO "deliveries" VALUES('40365c0c9a111527f2791ce93413e763','8b3f3dcb25a4767bdae653b954526bde','应急局','file','[]','sent',1,0,NULL,NULL,'','','2026-11-28 06:43:42.154083');
INSERT INTO "deliveries" VALUES('797d87608625f41d14602b938b2609c8','4c5056037827b51aad1a945dbcb65afd','消防大队','console','[]','sent',1,0,NULL,NULL,'','','2026-11-28 06:43:42.170487');
INSERT INTO "deliveries" VALUES('675f1b65e1bcb59e5e2126367998c3a2','4c5056037827b51aad1a945dbcb65afd','消防大队','file','[]','sent',1,0,NULL,NULL,'','','2026-11-28 06:43:42.166108');
INSERT INTO "deliveries" VALUES('56b880d1a5a0cfbd9400ffb678c69012','b985d49bed0193efce503b4b074494b3','宣传部','console','[]','sent',1,0,NULL,NULL,'','','2026-11-28 06:43:42.179596');
INSERT INTO "deliveries" VALUES('097703d8814a3fefb20c7a339f5a0e24','b985d49bed0193efce503b4b074494b3','宣传部','file','[]','sent',1,0,NULL,NULL,'','','2026-11-28 06:43:42.175240');
INSERT INTO "deliveries" VALUES('35f903fba433cb00e3ece3c1fa1e39eb','a80b8d44f1826761e290336f0190b227','文体旅科局','console','[]','sent',1,0,NULL,NULL,'','','2026-11-28 06:43:42.192135');
INSERT INTO "deliveries" VALUES('0a6671db1697cd61bd4db5ee7a9c10a1','a80b8d44f1826761e290336f0190b227','文体旅科局','file','[]','sent',1,0,NULL,NULL,'','','2026-11-28 06:43:42.185673');
INSERT INTO "deliveries" VALUES('f6d3f4efcfa443b251a83b57ebd57389','7003caf3d16ab1a07161a31b81457d76','管委会领导','console','[]','sent',1,0,NULL,NULL,'','','2026-11-28 06:43:42.201744');
INSERT INTO "deliveries" VALUES('fa6b22f196bb46797b2acd5b517b5301','7003caf3d16ab1a07161a31b81457d76','管委会领导','file','[]','sent',1,0,NULL,NULL,'','','2026-11-28 06:43:42.210458');
INSERT INTO "deliveries" VALUES('082393425a99c6c1824414acdd0a14d4','47f60be11dc5891329034e110e52c62e','值班手机','console','[]','sent',1,0,NULL,NULL,'','','2026-11-28 06:43:42.217035');
INSERT INTO "deliveries" VALUES('624a69885a1b9b37b9b2ff0e5162a7f5','47f60be11dc5891329034e110e52c62e','值班手机','file','[]','sent',1,0,NULL,NULL,'','','2026-11-28 06:43:42.229590');
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
INSERT INTO "events" VALUES('LHS-20261128-0001',1,'2026-11-28 06:43:33.682710','系统','system','','open','','','待签收','','{"categories":["lodging","consumer_dispute"],"place":"天定山滑雪场","level":"蓝","mention_ids":["afbebd7992343c49bda4ba04"],"linked":[],"recurs":null,"obligations":[{"department":"市场监管分局","duty":"lead","ack_due":"2026-11-30T02:30:00+00:00","reply_due":"2026-11-30T06:43:33.682710+00:00","own_limit":false},{"department":"商务局","duty":"lead","ack_due":"2026-11-30T02:30:00+00:00","reply_due":"2026-11-30T06:43:33.682710+00:00","own_limit":false},{"department":"教卫健局","duty":"support","ack_due":"2026-11-30T02:30:00+00:00","reply_due":"2026-11-30T06:43:33.682710+00:00","own_limit":false},{"department":"宣传部","duty":"support","ack_due":"2026-11-30T02:30:00+00:00","reply_due":"2026-11-30T06:43:33.682710+00:00","own_limit":false}]}',NULL,'','beccc75f41de0d2983d9a3ab7d309462fd451971af9a0846f34e060b392d28ea');
INSERT INTO "events" VALUES('LHS-20261128-0002',1,'2026-11-28 06:43:34.097557','系统','system','','open','','','待签收','','{"categories":["taxi_refusal","price_gouging"],"place":"天定山滑雪场","level":"蓝","mention_ids":["eba98db197bd4e67a5b89a00"],"linked":[],"recurs":null,"obligations":[{"department":"住建局","duty":"lead","ack_due":"2026-11-30T02:30:00+00:00","reply_due":"2026-11-30T06:43:34.097557+00:00","own_limit":false},{"department":"市场监管分局","duty":"lead","ack_due":"2026-11-30T02:30:00+00:00","reply_due":"2026-11-30T06:43:34.097557+00:00","own_limit":false},{"department":"城管局","duty":"support","ack_due":"2026-11-30T02:30:00+00:00","reply_due":"2026-11-30T06:43:34.097557+00:00","own_limit":false},{"department":"交警大队","duty":"support","ack_due":"2026-11-30T02:30:00+00:00","reply_due":"2026-11-30T06:43:34.097557+00:00","own_limit":false},{"department":"教卫健局","duty":"support","ack_due":"2026-11-30T02:30:00+00:00","reply_due":"2026-11-30T06:43:34.097557+00:00","own_limit":false}]}',NULL,'','bf28992d375af479345fde2ab005d0c565072492f8664e503db5212644f0f03a');
INSERT INTO "events" VALUES('LHS-20261128-0003',1,'2026-11-28 06:43:42.072379','系统','system','','open','','','待签收','','{"categories":["safety_hazard"],"place":"天定山滑雪场","level":"红","mention_ids":["661e4c5230348e586f7b64a2"],"linked":[],"recurs":null,"obligations":[{"department":"应急局","duty":"lead","ack_due":"2026-11-28T06:53:42.072379+00:00","reply_due":"2026-11-28T11:43:42.072379+00:00","own_limit":false},{"department":"消防大队","duty":"support","ack_due":"2026-11-28T06:53:42.072379+00:00","reply_due":"2026-11-28T11:43:42.072379+00:00","own_limit":false}]}',NULL,'','d1c3c38c970d3d0968107ca3da198be3ae745c15a300a5dcf53eac6eb7480564');
INSERT INTO "events" VALUES('LHS-20261128-0001',2,'2026-11-28 06:43:54.477763','甲','handler','市场监管分局','ack','市场监管分局','待签收','已签收','','{}',NULL,'beccc75f41de0d2983d9a3ab7d309462fd451971af9a0846f34e060b392d28ea','f9142f97311367e3abc113cb3910be47fcc3f4651f5c249a4f8aebfbfa4eda2b');
INSERT INTO "events" VALUES('LHS-20261128-0001',3,'2026-11-28 06:44:02.995705','甲','handler','市场监管分局','reply','市场监管分局','已签收','待审核','已约谈并退款','{}',NULL,'f9142f97311367e3abc113cb3910be47fcc3f4651f5c249a4f8aebfbfa4eda2b','8dc6577d3dd8a247eb746e72f51eaf4bac3289b28d328be42a53cfa78c30be42');
INSERT INTO "events" VALUES('LHS-20261128-0001',4,'2026-11-28 06:44:08.768823','乙','宣传部','','accept','市场监管分局','待审核','已办结','','{}',NULL,'8dc6577d3dd8a247eb746e72f51eaf4bac3289b28d328be42a53cfa78c30be42','4713583b54a5f125d4437afe226901a048c4f0e63ae13494e28b629e959ae0e8');
INSERT INTO "events" VALUES('LHS-20261128-0003',2,'2026-11-28 06:44:21.038602','丙','handler','应急局','ack','应急局','待签收','已签收','','{}',NULL,'d1c3c38c970d3d0968107ca3da198be3ae745c15a300a5dcf53eac6eb7480564','fe1f7006e17f717367eae8048f6a39693ad848ace6b0093f2f38f0aea6b4b090');
CREATE TABLE forgotten (
	mention_id VARCHAR(24) NOT NULL, 
	PRIMARY KEY (mention_id)
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
	held BOOLEAN NOT NULL, 
	PRIMARY KEY (mention_id)
);
INSERT INTO "mentions" VALUES('eba98db197bd4e67a5b89a00','hotline','GD-0001','call','出租车拒载','11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话***********。','',NULL,NULL,'2026-11-26 12:15:00.000000','2026-11-28 06:43:31.378060',NULL,'','[]','import:0002.csv',0,'','','hotline',0,1,'done',4,4,0);
INSERT INTO "mentions" VALUES('afbebd7992343c49bda4ba04','hotline','GD-0002','call','房间没有暖气','在天定山附近的民宿住宿，房间没有暖气也没有热水，老板不给退款。','',NULL,NULL,'2026-11-26 13:40:00.000000','2026-11-28 06:43:31.378060',NULL,'','[]','import:0002.csv',0,'','','hotline',0,1,'done',4,4,1);
INSERT INTO "mentions" VALUES('51fa189b552225888fa79a41','weibo','5000000000000001','post','','天定山滑雪场今天雪质真好，下次还来','',NULL,'2026:659e596bbd6ee30e75c6','2026-11-26 04:00:00.000000','2026-11-28 06:43:41.677604',NULL,'','[]','import:0002-b.csv',0,'','','',0,1,'done',3,3,0);
INSERT INTO "mentions" VALUES('661e4c5230348e586f7b64a2','xiaohongshu','6123456789abcdef01234567','post','','天定山缆车停了半小时，人被困在半空，没人管','',NULL,'2026:8379a7bd8998f0c0ee62','2026-11-26 05:00:00.000000','2026-11-28 06:43:41.677604',NULL,'','[]','import:0002-b.csv',0,'','','',0,1,'done',4,4,0);
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
INSERT INTO "obligations" VALUES('LHS-20261128-0001','市场监管分局',0,'lead','已办结','2026-11-28 06:43:33.682710','2026-11-28 06:43:33.682710','2026-11-30 02:30:00.000000','2026-11-30 06:43:33.682710','2026-11-28 06:43:54.477763','2026-11-28 06:44:02.995705','2026-11-28 06:44:08.768823',0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0001','商务局',1,'lead','待签收','2026-11-28 06:43:33.682710','2026-11-28 06:43:33.682710','2026-11-30 02:30:00.000000','2026-11-30 06:43:33.682710',NULL,NULL,NULL,0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0001','教卫健局',2,'support','待签收','2026-11-28 06:43:33.682710','2026-11-28 06:43:33.682710','2026-11-30 02:30:00.000000','2026-11-30 06:43:33.682710',NULL,NULL,NULL,0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0001','宣传部',3,'support','待签收','2026-11-28 06:43:33.682710','2026-11-28 06:43:33.682710','2026-11-30 02:30:00.000000','2026-11-30 06:43:33.682710',NULL,NULL,NULL,0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0002','住建局',0,'lead','待签收','2026-11-28 06:43:34.097557','2026-11-28 06:43:34.097557','2026-11-30 02:30:00.000000','2026-11-30 06:43:34.097557',NULL,NULL,NULL,0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0002','市场监管分局',1,'lead','待签收','2026-11-28 06:43:34.097557','2026-11-28 06:43:34.097557','2026-11-30 02:30:00.000000','2026-11-30 06:43:34.097557',NULL,NULL,NULL,0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0002','城管局',2,'support','待签收','2026-11-28 06:43:34.097557','2026-11-28 06:43:34.097557','2026-11-30 02:30:00.000000','2026-11-30 06:43:34.097557',NULL,NULL,NULL,0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0002','交警大队',3,'support','待签收','2026-11-28 06:43:34.097557','2026-11-28 06:43:34.097557','2026-11-30 02:30:00.000000','2026-11-30 06:43:34.097557',NULL,NULL,NULL,0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0002','教卫健局',4,'support','待签收','2026-11-28 06:43:34.097557','2026-11-28 06:43:34.097557','2026-11-30 02:30:00.000000','2026-11-30 06:43:34.097557',NULL,NULL,NULL,0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0003','应急局',0,'lead','已签收','2026-11-28 06:43:42.072379','2026-11-28 06:43:42.072379','2026-11-28 06:53:42.072379','2026-11-28 11:43:42.072379','2026-11-28 06:44:21.038602',NULL,NULL,0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0003','消防大队',1,'support','待签收','2026-11-28 06:43:42.072379','2026-11-28 06:43:42.072379','2026-11-28 06:53:42.072379','2026-11-28 11:43:42.072379',NULL,NULL,NULL,0,'',0,NULL,0,0,0,'[]');
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
INSERT INTO "originals" VALUES('eba98db197bd4e67a5b89a00',1,'出租车拒载','11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话15400001234。','','2026-11-28 06:43:31.378060');
INSERT INTO "originals" VALUES('afbebd7992343c49bda4ba04',1,'房间没有暖气','在天定山附近的民宿住宿，房间没有暖气也没有热水，老板不给退款。','','2026-11-28 06:43:31.378060');
INSERT INTO "originals" VALUES('51fa189b552225888fa79a41',1,'','天定山滑雪场今天雪质真好，下次还来','','2026-11-28 06:43:41.677604');
INSERT INTO "originals" VALUES('661e4c5230348e586f7b64a2',1,'','天定山缆车停了半小时，人被困在半空，没人管','','2026-11-28 06:43:41.677604');
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
INSERT INTO "rejects" VALUES(1,'c589ebee50c24b5a003bc49eb7bcf5517ef44b47defea3d03b083d3fd7916b51','0002.csv',4,'worksheet','缺少「编号」','{"title":"没有编号","text":"这一行没有编号，收不了。","published_at":"2026-11-26 22:00:00","platform":"hotline","kind":"call","source_kind":"hotline"}','2026-11-28 06:43:31.447583',NULL);
CREATE TABLE reports (
	kind VARCHAR(10) NOT NULL, 
	period_start DATETIME NOT NULL, 
	edition INTEGER NOT NULL, 
	made_at DATETIME NOT NULL, 
	late BOOLEAN NOT NULL, 
	files JSON NOT NULL, 
	PRIMARY KEY (kind, period_start, edition)
);
CREATE TABLE sightings (
	mention_id VARCHAR(24) NOT NULL, 
	seen_at DATETIME NOT NULL, 
	likes INTEGER, 
	comments INTEGER, 
	shares INTEGER, 
	views INTEGER, 
	lower_bounds JSON NOT NULL, 
	source TEXT NOT NULL, 
	PRIMARY KEY (mention_id, seen_at), 
	FOREIGN KEY(mention_id) REFERENCES mentions (mention_id)
);
INSERT INTO "sightings" VALUES('51fa189b552225888fa79a41','2026-11-28 06:43:41.677604',12,NULL,NULL,NULL,'[]','import:0002-b.csv');
INSERT INTO "sightings" VALUES('661e4c5230348e586f7b64a2','2026-11-28 06:43:41.677604',340,NULL,NULL,NULL,'[]','import:0002-b.csv');
CREATE TABLE source_runs (
	run_id VARCHAR(64) NOT NULL, 
	source TEXT NOT NULL, 
	started_at DATETIME NOT NULL, 
	finished_at DATETIME, 
	outcome VARCHAR(24), 
	seen INTEGER NOT NULL, 
	new INTEGER NOT NULL, 
	detail TEXT NOT NULL, 
	PRIMARY KEY (run_id)
);
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
INSERT INTO "verdicts" VALUES('afbebd7992343c49bda4ba04',1,'place:天定山滑雪场','["天定山滑雪场"]','experience',-0.5811,'negative','[["lodging",0.556,[[0,4,"房间没有","冷"],[19,28,"房间没有暖气也没有","冷"],[26,30,"没有热水","没热水断电"]]],["consumer_dispute",0.318,[[33,36,"不给退","退款难"]]]]','yellow','rules-2+model-1+learned','2026-11-28 06:43:31.487748');
INSERT INTO "verdicts" VALUES('eba98db197bd4e67a5b89a00',1,'place:天定山滑雪场','["天定山滑雪场"]','experience',-0.9118,'negative','[["taxi_refusal",0.968,[[3,5,"拒载","拒载"],[26,28,"拒载","拒载"],[31,34,"不打表","不打表"]]],["price_gouging",0.263,[[35,40,"要价一百元","加价加收"]]]]','yellow','rules-2+model-1+learned','2026-11-28 06:43:31.487748');
INSERT INTO "verdicts" VALUES('51fa189b552225888fa79a41',1,'place:天定山滑雪场','["天定山滑雪场"]','praise',0.8215,'positive','[]','none','rules-2+model-1+learned','2026-11-28 06:43:41.695616');
INSERT INTO "verdicts" VALUES('661e4c5230348e586f7b64a2',1,'place:天定山滑雪场','["天定山滑雪场"]','experience',-0.8947,'negative','[["safety_hazard",0.735,[[3,21,"缆车停了半小时，人被困在半空，没人管","缆车设备故障"],[12,14,"被困","求救无应"]]]]','red','rules-2+model-1+learned','2026-11-28 06:43:41.695616');
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
CREATE INDEX deliveries_due ON deliveries (state, next_at);
CREATE INDEX ix_deliveries_alert_id ON deliveries (alert_id);
CREATE INDEX ix_events_at ON events (at);
CREATE INDEX ix_obligations_status ON obligations (status);
CREATE INDEX ix_originals_seen_at ON originals (seen_at);
CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events is append-only'); END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events WHEN NOT EXISTS (SELECT 1 FROM meta WHERE key = 'purging') BEGIN SELECT RAISE(ABORT, 'events is append-only'); END;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit WHEN NOT EXISTS (SELECT 1 FROM meta WHERE key = 'purging') BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
COMMIT;
