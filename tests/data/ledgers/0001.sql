BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
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
请办：请于 11月30日 10:30 前签收，11月30日 14:41 前答复
类别：住宿问题、消费纠纷
地点：天定山滑雪场
发现时间：11月28日 14:41，现有 1 条反映
牵头：市场监管分局、商务局；配合：教卫健局、宣传部
原帖：无链接
反映内容（12345热线，未核实）：「房间没有暖气 在天定山附近的民宿住宿，房间没有暖气也没有热水，老板不给退款。」','2026-11-28 06:41:17.027205',0);
INSERT INTO "alerts" VALUES('dca7c0d5cfc92b49066fc5ee75c6b86e','LHS-20261128-0001','new','蓝','【蓝色】新投诉：住宿问题、消费纠纷（天定山滑雪场） LHS-20261128-0001','编号：LHS-20261128-0001
您的角色：牵头（商务局）
请办：请于 11月30日 10:30 前签收，11月30日 14:41 前答复
类别：住宿问题、消费纠纷
地点：天定山滑雪场
发现时间：11月28日 14:41，现有 1 条反映
牵头：市场监管分局、商务局；配合：教卫健局、宣传部
原帖：无链接
反映内容（12345热线，未核实）：「房间没有暖气 在天定山附近的民宿住宿，房间没有暖气也没有热水，老板不给退款。」','2026-11-28 06:41:17.036415',0);
INSERT INTO "alerts" VALUES('b79bb0d8523343f611aebb7ca82f4fec','LHS-20261128-0001','new','蓝','【蓝色】新投诉：住宿问题、消费纠纷（天定山滑雪场） LHS-20261128-0001','编号：LHS-20261128-0001
您的角色：配合（教卫健局）
请办：请于 11月30日 10:30 前签收，配合市场监管分局、商务局办理
类别：住宿问题、消费纠纷
地点：天定山滑雪场
发现时间：11月28日 14:41，现有 1 条反映
牵头：市场监管分局、商务局；配合：教卫健局、宣传部
原帖：无链接
反映内容（12345热线，未核实）：「房间没有暖气 在天定山附近的民宿住宿，房间没有暖气也没有热水，老板不给退款。」','2026-11-28 06:41:17.037729',0);
INSERT INTO "alerts" VALUES('b5bf0ee7cbef68f5e03b73e30640baaf','LHS-20261128-0001','new','蓝','【蓝色】新投诉：住宿问题、消费纠纷（天定山滑雪场） LHS-20261128-0001','编号：LHS-20261128-0001
您的角色：配合（宣传部）
请办：请于 11月30日 10:30 前签收，配合市场监管分局、商务局办理
类别：住宿问题、消费纠纷
地点：天定山滑雪场
发现时间：11月28日 14:41，现有 1 条反映
牵头：市场监管分局、商务局；配合：教卫健局、宣传部
原帖：无链接
反映内容（12345热线，未核实）：「房间没有暖气 在天定山附近的民宿住宿，房间没有暖气也没有热水，老板不给退款。」','2026-11-28 06:41:17.043240',0);
INSERT INTO "alerts" VALUES('8791bf84f7f29bdcd1de3eb909eef2ca','LHS-20261128-0001','new','蓝','【蓝色】新投诉：住宿问题、消费纠纷（天定山滑雪场） LHS-20261128-0001','编号：LHS-20261128-0001
您的角色：抄送（文体旅科局）
请办：请知悉，无需签收
类别：住宿问题、消费纠纷
地点：天定山滑雪场
发现时间：11月28日 14:41，现有 1 条反映
牵头：市场监管分局、商务局；配合：教卫健局、宣传部
原帖：无链接
反映内容（12345热线，未核实）：「房间没有暖气 在天定山附近的民宿住宿，房间没有暖气也没有热水，老板不给退款。」','2026-11-28 06:41:17.044349',0);
INSERT INTO "alerts" VALUES('f519b645e494d1eee77fde7819e97e31','LHS-20261128-0002','new','蓝','【蓝色】新投诉：拒载、价格欺诈（天定山滑雪场） LHS-20261128-0002','编号：LHS-20261128-0002
您的角色：牵头（住建局）
请办：请于 11月30日 10:30 前签收，11月30日 14:41 前答复
类别：拒载、价格欺诈
地点：天定山滑雪场
发现时间：11月28日 14:41，现有 1 条反映
牵头：住建局、市场监管分局；配合：城管局、交警大队、教卫健局
原帖：无链接
反映内容（12345热线，未核实）：「出租车拒载 11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话＊＊＊＊＊＊＊＊＊＊＊。」','2026-11-28 06:41:17.110684',0);
INSERT INTO "alerts" VALUES('aa6d4a1fb9a3853450c316e323985462','LHS-20261128-0002','new','蓝','【蓝色】新投诉：拒载、价格欺诈（天定山滑雪场） LHS-20261128-0002','编号：LHS-20261128-0002
您的角色：牵头（市场监管分局）
请办：请于 11月30日 10:30 前签收，11月30日 14:41 前答复
类别：拒载、价格欺诈
地点：天定山滑雪场
发现时间：11月28日 14:41，现有 1 条反映
牵头：住建局、市场监管分局；配合：城管局、交警大队、教卫健局
原帖：无链接
反映内容（12345热线，未核实）：「出租车拒载 11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话＊＊＊＊＊＊＊＊＊＊＊。」','2026-11-28 06:41:17.112149',0);
INSERT INTO "alerts" VALUES('27627d2ea15c6fde9df3e8fa5699493e','LHS-20261128-0002','new','蓝','【蓝色】新投诉：拒载、价格欺诈（天定山滑雪场） LHS-20261128-0002','编号：LHS-20261128-0002
您的角色：配合（城管局）
请办：请于 11月30日 10:30 前签收，配合住建局、市场监管分局办理
类别：拒载、价格欺诈
地点：天定山滑雪场
发现时间：11月28日 14:41，现有 1 条反映
牵头：住建局、市场监管分局；配合：城管局、交警大队、教卫健局
原帖：无链接
反映内容（12345热线，未核实）：「出租车拒载 11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话＊＊＊＊＊＊＊＊＊＊＊。」','2026-11-28 06:41:17.113228',0);
INSERT INTO "alerts" VALUES('8cea8696dc8480646c99320a2fc00713','LHS-20261128-0002','new','蓝','【蓝色】新投诉：拒载、价格欺诈（天定山滑雪场） LHS-20261128-0002','编号：LHS-20261128-0002
您的角色：配合（交警大队）
请办：请于 11月30日 10:30 前签收，配合住建局、市场监管分局办理
类别：拒载、价格欺诈
地点：天定山滑雪场
发现时间：11月28日 14:41，现有 1 条反映
牵头：住建局、市场监管分局；配合：城管局、交警大队、教卫健局
原帖：无链接
反映内容（12345热线，未核实）：「出租车拒载 11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话＊＊＊＊＊＊＊＊＊＊＊。」','2026-11-28 06:41:17.118219',0);
INSERT INTO "alerts" VALUES('bb666a07c2442c9190e08d9033edbac9','LHS-20261128-0002','new','蓝','【蓝色】新投诉：拒载、价格欺诈（天定山滑雪场） LHS-20261128-0002','编号：LHS-20261128-0002
您的角色：配合（教卫健局）
请办：请于 11月30日 10:30 前签收，配合住建局、市场监管分局办理
类别：拒载、价格欺诈
地点：天定山滑雪场
发现时间：11月28日 14:41，现有 1 条反映
牵头：住建局、市场监管分局；配合：城管局、交警大队、教卫健局
原帖：无链接
反映内容（12345热线，未核实）：「出租车拒载 11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话＊＊＊＊＊＊＊＊＊＊＊。」','2026-11-28 06:41:17.119568',0);
INSERT INTO "alerts" VALUES('9ca7470e520b739c0cb5e17a1e2f745b','LHS-20261128-0002','new','蓝','【蓝色】新投诉：拒载、价格欺诈（天定山滑雪场） LHS-20261128-0002','编号：LHS-20261128-0002
您的角色：抄送（宣传部）
请办：请知悉，无需签收
类别：拒载、价格欺诈
地点：天定山滑雪场
发现时间：11月28日 14:41，现有 1 条反映
牵头：住建局、市场监管分局；配合：城管局、交警大队、教卫健局
原帖：无链接
反映内容（12345热线，未核实）：「出租车拒载 11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话＊＊＊＊＊＊＊＊＊＊＊。」','2026-11-28 06:41:17.120573',0);
INSERT INTO "alerts" VALUES('200b3fd855fd635c37a78491fc7bf826','LHS-20261128-0002','new','蓝','【蓝色】新投诉：拒载、价格欺诈（天定山滑雪场） LHS-20261128-0002','编号：LHS-20261128-0002
您的角色：抄送（文体旅科局）
请办：请知悉，无需签收
类别：拒载、价格欺诈
地点：天定山滑雪场
发现时间：11月28日 14:41，现有 1 条反映
牵头：住建局、市场监管分局；配合：城管局、交警大队、教卫健局
原帖：无链接
反映内容（12345热线，未核实）：「出租车拒载 11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话＊＊＊＊＊＊＊＊＊＊＊。」','2026-11-28 06:41:17.121466',0);
INSERT INTO "alerts" VALUES('8b3f3dcb25a4767bdae653b954526bde','LHS-20261128-0003','new','红','【红色】新投诉：安全隐患（天定山滑雪场） LHS-20261128-0003','编号：LHS-20261128-0003
您的角色：牵头（应急局）
请办：请于 11月28日 14:51 前签收，11月28日 19:41 前答复
类别：安全隐患
地点：天定山滑雪场
发现时间：11月28日 14:41，现有 1 条反映
牵头：应急局；配合：消防大队
值班：应急局 应急局值班员甲 0431-0000-0212
值班：消防大队 消防大队值班员甲 0431-0000-0213
原帖：无链接
反映内容（小红书，未核实）：「天定山缆车停了半小时，人被困在半空，没人管」','2026-11-28 06:41:42.733794',0);
INSERT INTO "alerts" VALUES('4c5056037827b51aad1a945dbcb65afd','LHS-20261128-0003','new','红','【红色】新投诉：安全隐患（天定山滑雪场） LHS-20261128-0003','编号：LHS-20261128-0003
您的角色：配合（消防大队）
请办：请于 11月28日 14:51 前签收，配合应急局办理
类别：安全隐患
地点：天定山滑雪场
发现时间：11月28日 14:41，现有 1 条反映
牵头：应急局；配合：消防大队
值班：应急局 应急局值班员甲 0431-0000-0212
值班：消防大队 消防大队值班员甲 0431-0000-0213
原帖：无链接
反映内容（小红书，未核实）：「天定山缆车停了半小时，人被困在半空，没人管」','2026-11-28 06:41:42.770690',0);
INSERT INTO "alerts" VALUES('b985d49bed0193efce503b4b074494b3','LHS-20261128-0003','new','红','【红色】新投诉：安全隐患（天定山滑雪场） LHS-20261128-0003','编号：LHS-20261128-0003
您的角色：抄送（宣传部）
请办：请知悉，无需签收
类别：安全隐患
地点：天定山滑雪场
发现时间：11月28日 14:41，现有 1 条反映
牵头：应急局；配合：消防大队
值班：应急局 应急局值班员甲 0431-0000-0212
值班：消防大队 消防大队值班员甲 0431-0000-0213
原帖：无链接
反映内容（小红书，未核实）：「天定山缆车停了半小时，人被困在半空，没人管」','2026-11-28 06:41:42.772261',0);
INSERT INTO "alerts" VALUES('a80b8d44f1826761e290336f0190b227','LHS-20261128-0003','new','红','【红色】新投诉：安全隐患（天定山滑雪场） LHS-20261128-0003','编号：LHS-20261128-0003
您的角色：抄送（文体旅科局）
请办：请知悉，无需签收
类别：安全隐患
地点：天定山滑雪场
发现时间：11月28日 14:41，现有 1 条反映
牵头：应急局；配合：消防大队
值班：应急局 应急局值班员甲 0431-0000-0212
值班：消防大队 消防大队值班员甲 0431-0000-0213
原帖：无链接
反映内容（小红书，未核实）：「天定山缆车停了半小时，人被困在半空，没人管」','2026-11-28 06:41:42.773402',0);
INSERT INTO "alerts" VALUES('7003caf3d16ab1a07161a31b81457d76','LHS-20261128-0003','new','红','【红色】新投诉：安全隐患（天定山滑雪场） LHS-20261128-0003','编号：LHS-20261128-0003
您的角色：抄送（管委会领导）
请办：请知悉，无需签收
类别：安全隐患
地点：天定山滑雪场
发现时间：11月28日 14:41，现有 1 条反映
牵头：应急局；配合：消防大队
值班：应急局 应急局值班员甲 0431-0000-0212
值班：消防大队 消防大队值班员甲 0431-0000-0213
原帖：无链接
反映内容（小红书，未核实）：「天定山缆车停了半小时，人被困在半空，没人管」','2026-11-28 06:41:42.810668',0);
INSERT INTO "alerts" VALUES('47f60be11dc5891329034e110e52c62e','LHS-20261128-0003','new','红','【红色】新投诉：安全隐患（天定山滑雪场） LHS-20261128-0003','编号：LHS-20261128-0003
您的角色：抄送（值班手机）
请办：请知悉，无需签收
类别：安全隐患
地点：天定山滑雪场
发现时间：11月28日 14:41，现有 1 条反映
牵头：应急局；配合：消防大队
值班：应急局 应急局值班员甲 0431-0000-0212
值班：消防大队 消防大队值班员甲 0431-0000-0213
原帖：无链接
反映内容（小红书，未核实）：「天定山缆车停了半小时，人被困在半空，没人管」','2026-11-28 06:41:42.839152',0);
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
INSERT INTO "attempts" VALUES('cb828d675eb55bd3afe0518cda424201',1,'2026-11-28 06:41:17.141890','2026-11-28 06:41:17.167791','ok','');
INSERT INTO "attempts" VALUES('e8e4bc25e134effd7aec9af0badb3cec',1,'2026-11-28 06:41:17.190402','2026-11-28 06:41:17.202309','ok','');
INSERT INTO "attempts" VALUES('c75be4b0d4118640c333ede8d6f9a786',1,'2026-11-28 06:41:17.215354','2026-11-28 06:41:17.234842','ok','');
INSERT INTO "attempts" VALUES('9113aa4b25c99d108b8c06568b587a40',1,'2026-11-28 06:41:17.249989','2026-11-28 06:41:17.322697','ok','');
INSERT INTO "attempts" VALUES('dd5d1f82c9c55b02a3ac536a54f41abe',1,'2026-11-28 06:41:17.338641','2026-11-28 06:41:17.346230','ok','');
INSERT INTO "attempts" VALUES('7d957e2378099e5116cab1971b594783',1,'2026-11-28 06:41:17.350341','2026-11-28 06:41:17.358636','ok','');
INSERT INTO "attempts" VALUES('323cc3b109d92de76516c298e298e804',1,'2026-11-28 06:41:17.365895','2026-11-28 06:41:17.380668','ok','');
INSERT INTO "attempts" VALUES('cbf10c5e20df4ee1d42b7e7e341f860e',1,'2026-11-28 06:41:17.390442','2026-11-28 06:41:17.402619','ok','');
INSERT INTO "attempts" VALUES('2f401345bbc2c8feb9adc2b1a27e4fe7',1,'2026-11-28 06:41:17.435351','2026-11-28 06:41:17.472560','ok','');
INSERT INTO "attempts" VALUES('3fac6adb00b09c64b29098af9af44e82',1,'2026-11-28 06:41:17.480025','2026-11-28 06:41:17.496268','ok','');
INSERT INTO "attempts" VALUES('6b8f1b348a1d6c5e8f5d4d3b8e1c4bf7',1,'2026-11-28 06:41:17.507697','2026-11-28 06:41:17.522451','ok','');
INSERT INTO "attempts" VALUES('31694c72fe460d26ba3677495c6d6a99',1,'2026-11-28 06:41:17.526389','2026-11-28 06:41:17.546630','ok','');
INSERT INTO "attempts" VALUES('40365c0c9a111527f2791ce93413e763',1,'2026-11-28 06:41:42.921266','2026-11-28 06:41:43.387262','ok','');
INSERT INTO "attempts" VALUES('7e128ce14453228f0173f743876c4f6b',1,'2026-11-28 06:41:43.398933','2026-11-28 06:41:43.407444','ok','');
INSERT INTO "attempts" VALUES('675f1b65e1bcb59e5e2126367998c3a2',1,'2026-11-28 06:41:43.415554','2026-11-28 06:41:43.430352','ok','');
INSERT INTO "attempts" VALUES('797d87608625f41d14602b938b2609c8',1,'2026-11-28 06:41:43.442524','2026-11-28 06:41:43.454656','ok','');
INSERT INTO "attempts" VALUES('097703d8814a3fefb20c7a339f5a0e24',1,'2026-11-28 06:41:43.462611','2026-11-28 06:41:43.487093','ok','');
INSERT INTO "attempts" VALUES('56b880d1a5a0cfbd9400ffb678c69012',1,'2026-11-28 06:41:43.494435','2026-11-28 06:41:43.515400','ok','');
INSERT INTO "attempts" VALUES('0a6671db1697cd61bd4db5ee7a9c10a1',1,'2026-11-28 06:41:43.530544','2026-11-28 06:41:43.551079','ok','');
INSERT INTO "attempts" VALUES('35f903fba433cb00e3ece3c1fa1e39eb',1,'2026-11-28 06:41:43.553768','2026-11-28 06:41:43.570947','ok','');
INSERT INTO "attempts" VALUES('f6d3f4efcfa443b251a83b57ebd57389',1,'2026-11-28 06:41:43.582569','2026-11-28 06:41:43.602972','ok','');
INSERT INTO "attempts" VALUES('fa6b22f196bb46797b2acd5b517b5301',1,'2026-11-28 06:41:43.606114','2026-11-28 06:41:43.615658','ok','');
INSERT INTO "attempts" VALUES('082393425a99c6c1824414acdd0a14d4',1,'2026-11-28 06:41:43.618137','2026-11-28 06:41:43.627252','ok','');
INSERT INTO "attempts" VALUES('624a69885a1b9b37b9b2ff0e5162a7f5',1,'2026-11-28 06:41:43.630179','2026-11-28 06:41:43.640414','ok','');
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
INSERT INTO "audit" VALUES(1,'2026-11-28 06:42:51.517539','乙','宣传部','','original','LHS-20261128-0001','复核','','a07ccf33383f9342e45fddbc0fc26a8a6c08eff16536e468d78142f3a0f733ca');
INSERT INTO "audit" VALUES(2,'2026-11-28 06:43:04.456181','乙','宣传部','','hold','LHS-20261128-0001','复议期间','a07ccf33383f9342e45fddbc0fc26a8a6c08eff16536e468d78142f3a0f733ca','f9ca6c1e277b209cef53e80a6735863cf5ea345954e14404f2f58408946ac5d3');
CREATE TABLE case_keys (
	"key" VARCHAR(120) NOT NULL, 
	mention_id VARCHAR(24) NOT NULL, 
	case_id VARCHAR(40) NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY ("key", mention_id), 
	FOREIGN KEY(case_id) REFERENCES cases (case_id)
);
INSERT INTO "case_keys" VALUES('call!text:x83b43279cc61e96b','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:41:17.045189');
INSERT INTO "case_keys" VALUES('call!text:b009c808666','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:41:17.045189');
INSERT INTO "case_keys" VALUES('call!text:b0140d1b36e','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:41:17.045189');
INSERT INTO "case_keys" VALUES('call!text:b025f8ae38d','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:41:17.045189');
INSERT INTO "case_keys" VALUES('call!text:b035c2a1675','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:41:17.045189');
INSERT INTO "case_keys" VALUES('call!text:b04a8b23d5c','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:41:17.045189');
INSERT INTO "case_keys" VALUES('call!text:b058c355dc2','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:41:17.045189');
INSERT INTO "case_keys" VALUES('call!text:b061008155a','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:41:17.045189');
INSERT INTO "case_keys" VALUES('call!text:b0740786027','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:41:17.045189');
INSERT INTO "case_keys" VALUES('call!text:b08f2d8e5c5','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:41:17.045189');
INSERT INTO "case_keys" VALUES('call!text:b099f708968','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:41:17.045189');
INSERT INTO "case_keys" VALUES('call!text:b101fd55f1e','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:41:17.045189');
INSERT INTO "case_keys" VALUES('call!text:b110d6bf73e','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:41:17.045189');
INSERT INTO "case_keys" VALUES('call!text:b12a3c46b01','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:41:17.045189');
INSERT INTO "case_keys" VALUES('call!text:b13152b54ab','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:41:17.045189');
INSERT INTO "case_keys" VALUES('call!text:b145d6672cf','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:41:17.045189');
INSERT INTO "case_keys" VALUES('call!text:b159b530371','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:41:17.045189');
INSERT INTO "case_keys" VALUES('call!text:b163ca2c12f','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:41:17.045189');
INSERT INTO "case_keys" VALUES('call!text:b1772d109a8','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:41:17.045189');
INSERT INTO "case_keys" VALUES('call!text:b180208f845','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:41:17.045189');
INSERT INTO "case_keys" VALUES('call!text:b1928e51c1c','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:41:17.045189');
INSERT INTO "case_keys" VALUES('call!thread:afbebd7992343c49bda4ba04','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:41:17.045189');
INSERT INTO "case_keys" VALUES('call!event:lodging:天定山滑雪场','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:41:17.045189');
INSERT INTO "case_keys" VALUES('call!event:consumer_dispute:天定山滑雪场','afbebd7992343c49bda4ba04','LHS-20261128-0001','2026-11-28 06:41:17.045189');
INSERT INTO "case_keys" VALUES('call!text:x62ed1d88482a19ed','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:41:17.130403');
INSERT INTO "case_keys" VALUES('call!text:b00cb1ea3f0','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:41:17.130403');
INSERT INTO "case_keys" VALUES('call!text:b0151786a12','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:41:17.130403');
INSERT INTO "case_keys" VALUES('call!text:b021a756690','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:41:17.130403');
INSERT INTO "case_keys" VALUES('call!text:b031d75cbbe','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:41:17.130403');
INSERT INTO "case_keys" VALUES('call!text:b0459cf1462','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:41:17.130403');
INSERT INTO "case_keys" VALUES('call!text:b0570a5a8df','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:41:17.130403');
INSERT INTO "case_keys" VALUES('call!text:b06583dba77','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:41:17.130403');
INSERT INTO "case_keys" VALUES('call!text:b07aba30364','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:41:17.130403');
INSERT INTO "case_keys" VALUES('call!text:b0813e6fff1','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:41:17.130403');
INSERT INTO "case_keys" VALUES('call!text:b09d0af7d70','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:41:17.130403');
INSERT INTO "case_keys" VALUES('call!text:b10a3828692','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:41:17.130403');
INSERT INTO "case_keys" VALUES('call!text:b11573c8927','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:41:17.130403');
INSERT INTO "case_keys" VALUES('call!text:b12632cf941','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:41:17.130403');
INSERT INTO "case_keys" VALUES('call!text:b13b88051c9','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:41:17.130403');
INSERT INTO "case_keys" VALUES('call!text:b148a6f6158','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:41:17.130403');
INSERT INTO "case_keys" VALUES('call!text:b1523314bb7','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:41:17.130403');
INSERT INTO "case_keys" VALUES('call!text:b1679653c9b','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:41:17.130403');
INSERT INTO "case_keys" VALUES('call!text:b17f9ae5bc5','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:41:17.130403');
INSERT INTO "case_keys" VALUES('call!text:b1855b11f58','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:41:17.130403');
INSERT INTO "case_keys" VALUES('call!text:b199d7da6b2','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:41:17.130403');
INSERT INTO "case_keys" VALUES('call!thread:eba98db197bd4e67a5b89a00','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:41:17.130403');
INSERT INTO "case_keys" VALUES('call!event:taxi_refusal:天定山滑雪场','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:41:17.130403');
INSERT INTO "case_keys" VALUES('call!event:price_gouging:天定山滑雪场','eba98db197bd4e67a5b89a00','LHS-20261128-0002','2026-11-28 06:41:17.130403');
INSERT INTO "case_keys" VALUES('text:x3587bd2000dff4d0','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:41:42.840557');
INSERT INTO "case_keys" VALUES('text:b00ff9b4035','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:41:42.840557');
INSERT INTO "case_keys" VALUES('text:b01b13a532a','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:41:42.840557');
INSERT INTO "case_keys" VALUES('text:b02e35e3e9f','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:41:42.840557');
INSERT INTO "case_keys" VALUES('text:b03b8427d37','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:41:42.840557');
INSERT INTO "case_keys" VALUES('text:b04eddb6cc5','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:41:42.840557');
INSERT INTO "case_keys" VALUES('text:b056529de7d','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:41:42.840557');
INSERT INTO "case_keys" VALUES('text:b06e9604bc7','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:41:42.840557');
INSERT INTO "case_keys" VALUES('text:b07e27e1bd1','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:41:42.840557');
INSERT INTO "case_keys" VALUES('text:b085aef8056','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:41:42.840557');
INSERT INTO "case_keys" VALUES('text:b0940f101db','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:41:42.840557');
INSERT INTO "case_keys" VALUES('text:b10f137b274','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:41:42.840557');
INSERT INTO "case_keys" VALUES('text:b11bfcdfeeb','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:41:42.840557');
INSERT INTO "case_keys" VALUES('text:b129190a91a','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:41:42.840557');
INSERT INTO "case_keys" VALUES('text:b13b832ac2f','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:41:42.840557');
INSERT INTO "case_keys" VALUES('text:b149acb7f4e','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:41:42.840557');
INSERT INTO "case_keys" VALUES('text:b151b23407f','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:41:42.840557');
INSERT INTO "case_keys" VALUES('text:b16dfd850a0','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:41:42.840557');
INSERT INTO "case_keys" VALUES('text:b1747739263','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:41:42.840557');
INSERT INTO "case_keys" VALUES('text:b18a4172c19','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:41:42.840557');
INSERT INTO "case_keys" VALUES('text:b19d948fa54','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:41:42.840557');
INSERT INTO "case_keys" VALUES('thread:661e4c5230348e586f7b64a2','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:41:42.840557');
INSERT INTO "case_keys" VALUES('event:safety_hazard:天定山滑雪场','661e4c5230348e586f7b64a2','LHS-20261128-0003','2026-11-28 06:41:42.840557');
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
INSERT INTO "cases" VALUES('LHS-20261128-0001','["lodging","consumer_dispute"]','天定山滑雪场','蓝','待签收','2026-11-28 06:41:16.871868','2026-11-28 06:41:16.871868',4,'[]',NULL,NULL,NULL,NULL,NULL,1);
INSERT INTO "cases" VALUES('LHS-20261128-0002','["taxi_refusal","price_gouging"]','天定山滑雪场','蓝','待签收','2026-11-28 06:41:17.052980','2026-11-28 06:41:17.052980',1,'[]',NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "cases" VALUES('LHS-20261128-0003','["safety_hazard"]','天定山滑雪场','红','已签收','2026-11-28 06:41:42.256564','2026-11-28 06:41:42.256564',2,'[]',NULL,NULL,NULL,NULL,NULL,0);
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
INSERT INTO "deliveries" VALUES('cb828d675eb55bd3afe0518cda424201','778005afc189c6de319dff0003cd5c3b','市场监管分局','console','["file"]','sent',1,0,NULL,NULL,'','','2026-11-28 06:41:17.167791');
INSERT INTO "deliveries" VALUES('e8e4bc25e134effd7aec9af0badb3cec','dca7c0d5cfc92b49066fc5ee75c6b86e','商务局','console','["file"]','sent',1,0,NULL,NULL,'','','2026-11-28 06:41:17.202309');
INSERT INTO "deliveries" VALUES('c75be4b0d4118640c333ede8d6f9a786','b79bb0d8523343f611aebb7ca82f4fec','教卫健局','console','["file"]','sent',1,0,NULL,NULL,'','','2026-11-28 06:41:17.234842');
INSERT INTO "deliveries" VALUES('9113aa4b25c99d108b8c06568b587a40','b5bf0ee7cbef68f5e03b73e30640baaf','宣传部','console','["file"]','sent',1,0,NULL,NULL,'','','2026-11-28 06:41:17.322697');
INSERT INTO "deliveries" VALUES('dd5d1f82c9c55b02a3ac536a54f41abe','8791bf84f7f29bdcd1de3eb909eef2ca','文体旅科局','console','["file"]','sent',1,0,NULL,NULL,'','','2026-11-28 06:41:17.346230');
INSERT INTO "deliveries" VALUES('7d957e2378099e5116cab1971b594783','f519b645e494d1eee77fde7819e97e31','住建局','console','["file"]','sent',1,0,NULL,NULL,'','','2026-11-28 06:41:17.358636');
INSERT INTO "deliveries" VALUES('323cc3b109d92de76516c298e298e804','aa6d4a1fb9a3853450c316e323985462','市场监管分局','console','["file"]','sent',1,0,NULL,NULL,'','','2026-11-28 06:41:17.380668');
INSERT INTO "deliveries" VALUES('cbf10c5e20df4ee1d42b7e7e341f860e','27627d2ea15c6fde9df3e8fa5699493e','城管局','console','["file"]','sent',1,0,NULL,NULL,'','','2026-11-28 06:41:17.402619');
INSERT INTO "deliveries" VALUES('2f401345bbc2c8feb9adc2b1a27e4fe7','8cea8696dc8480646c99320a2fc00713','交警大队','console','["file"]','sent',1,0,NULL,NULL,'','','2026-11-28 06:41:17.472560');
INSERT INTO "deliveries" VALUES('3fac6adb00b09c64b29098af9af44e82','bb666a07c2442c9190e08d9033edbac9','教卫健局','console','["file"]','sent',1,0,NULL,NULL,'','','2026-11-28 06:41:17.496268');
INSERT INTO "deliveries" VALUES('6b8f1b348a1d6c5e8f5d4d3b8e1c4bf7','9ca7470e520b739c0cb5e17a1e2f745b','宣传部','console','["file"]','sent',1,0,NULL,NULL,'','','2026-11-28 06:41:17.522451');
INSERT INTO "deliveries" VALUES('31694c72fe460d26ba3677495c6d6a99','200b3fd855fd635c37a78491fc7bf826','文体旅科局','console','["file"]','sent',1,0,NULL,NULL,'','','2026-11-28 06:41:17.546630');
INSERT INTO "deliveries" VALUES('7e128ce14453228f0173f743876c4f6b','8b3f3dcb25a4767bdae653b954526bde','应急局','console','[]','sent',1,0,NULL,NULL,'','','2026-11-28 06:41:43.407444');
INSERT INTO "deliveries" VALUES('40365c0c9a111527f2791ce93413e763','8b3f3dcb25a4767bdae653b954526bde','应急局','file','[]','sent',1,0,NULL,NULL,'','','2026-11-28 06:41:43.387262');
INSERT INTO "deliveries" VALUES('797d87608625f41d14602b938b2609c8','4c5056037827b51aad1a945dbcb65afd','消防大队','console','[]','sent',1,0,NULL,NULL,'','','2026-11-28 06:41:43.454656');
INSERT INTO "deliveries" VALUES('675f1b65e1bcb59e5e2126367998c3a2','4c5056037827b51aad1a945dbcb65afd','消防大队','file','[]','sent',1,0,NULL,NULL,'','','2026-11-28 06:41:43.430352');
INSERT INTO "deliveries" VALUES('56b880d1a5a0cfbd9400ffb678c69012','b985d49bed0193efce503b4b074494b3','宣传部','console','[]','sent',1,0,NULL,NULL,'','','2026-11-28 06:41:43.515400');
INSERT INTO "deliveries" VALUES('097703d8814a3fefb20c7a339f5a0e24','b985d49bed0193efce503b4b074494b3','宣传部','file','[]','sent',1,0,NULL,NULL,'','','2026-11-28 06:41:43.487093');
INSERT INTO "deliveries" VALUES('35f903fba433cb00e3ece3c1fa1e39eb','a80b8d44f1826761e290336f0190b227','文体旅科局','console','[]','sent',1,0,NULL,NULL,'','','2026-11-28 06:41:43.570947');
INSERT INTO "deliveries" VALUES('0a6671db1697cd61bd4db5ee7a9c10a1','a80b8d44f1826761e290336f0190b227','文体旅科局','file','[]','sent',1,0,NULL,NULL,'','','2026-11-28 06:41:43.551079');
INSERT INTO "deliveries" VALUES('f6d3f4efcfa443b251a83b57ebd57389','7003caf3d16ab1a07161a31b81457d76','管委会领导','console','[]','sent',1,0,NULL,NULL,'','','2026-11-28 06:41:43.602972');
INSERT INTO "deliveries" VALUES('fa6b22f196bb46797b2acd5b517b5301','7003caf3d16ab1a07161a31b81457d76','管委会领导','file','[]','sent',1,0,NULL,NULL,'','','2026-11-28 06:41:43.615658');
INSERT INTO "deliveries" VALUES('082393425a99c6c1824414acdd0a14d4','47f60be11dc5891329034e110e52c62e','值班手机','console','[]','sent',1,0,NULL,NULL,'','','2026-11-28 06:41:43.627252');
INSERT INTO "deliveries" VALUES('624a69885a1b9b37b9b2ff0e5162a7f5','47f60be11dc5891329034e110e52c62e','值班手机','file','[]','sent',1,0,NULL,NULL,'','','2026-11-28 06:41:43.640414');
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
INSERT INTO "events" VALUES('LHS-20261128-0001',1,'2026-11-28 06:41:16.871868','系统','system','','open','','','待签收','','{"categories":["lodging","consumer_dispute"],"place":"天定山滑雪场","level":"蓝","mention_ids":["afbebd7992343c49bda4ba04"],"linked":[],"recurs":null,"obligations":[{"department":"市场监管分局","duty":"lead","ack_due":"2026-11-30T02:30:00+00:00","reply_due":"2026-11-30T06:41:16.871868+00:00","own_limit":false},{"department":"商务局","duty":"lead","ack_due":"2026-11-30T02:30:00+00:00","reply_due":"2026-11-30T06:41:16.871868+00:00","own_limit":false},{"department":"教卫健局","duty":"support","ack_due":"2026-11-30T02:30:00+00:00","reply_due":"2026-11-30T06:41:16.871868+00:00","own_limit":false},{"department":"宣传部","duty":"support","ack_due":"2026-11-30T02:30:00+00:00","reply_due":"2026-11-30T06:41:16.871868+00:00","own_limit":false}]}',NULL,'','d93a66368a0ed130ae32614fd11cfd2e74759b737de2df6828b0d5855e95b4fd');
INSERT INTO "events" VALUES('LHS-20261128-0002',1,'2026-11-28 06:41:17.052980','系统','system','','open','','','待签收','','{"categories":["taxi_refusal","price_gouging"],"place":"天定山滑雪场","level":"蓝","mention_ids":["eba98db197bd4e67a5b89a00"],"linked":[],"recurs":null,"obligations":[{"department":"住建局","duty":"lead","ack_due":"2026-11-30T02:30:00+00:00","reply_due":"2026-11-30T06:41:17.052980+00:00","own_limit":false},{"department":"市场监管分局","duty":"lead","ack_due":"2026-11-30T02:30:00+00:00","reply_due":"2026-11-30T06:41:17.052980+00:00","own_limit":false},{"department":"城管局","duty":"support","ack_due":"2026-11-30T02:30:00+00:00","reply_due":"2026-11-30T06:41:17.052980+00:00","own_limit":false},{"department":"交警大队","duty":"support","ack_due":"2026-11-30T02:30:00+00:00","reply_due":"2026-11-30T06:41:17.052980+00:00","own_limit":false},{"department":"教卫健局","duty":"support","ack_due":"2026-11-30T02:30:00+00:00","reply_due":"2026-11-30T06:41:17.052980+00:00","own_limit":false}]}',NULL,'','03937c1923d41cdd591ad4817605c407b2ab54d83c7f216378a1c3067ee08132');
INSERT INTO "events" VALUES('LHS-20261128-0003',1,'2026-11-28 06:41:42.256564','系统','system','','open','','','待签收','','{"categories":["safety_hazard"],"place":"天定山滑雪场","level":"红","mention_ids":["661e4c5230348e586f7b64a2"],"linked":[],"recurs":null,"obligations":[{"department":"应急局","duty":"lead","ack_due":"2026-11-28T06:51:42.256564+00:00","reply_due":"2026-11-28T11:41:42.256564+00:00","own_limit":false},{"department":"消防大队","duty":"support","ack_due":"2026-11-28T06:51:42.256564+00:00","reply_due":"2026-11-28T11:41:42.256564+00:00","own_limit":false}]}',NULL,'','7642d877df7cf91c610cb03eee33d6d8f7ba1c11873edf0cc1331dc9fb102519');
INSERT INTO "events" VALUES('LHS-20261128-0001',2,'2026-11-28 06:42:14.001384','甲','handler','市场监管分局','ack','市场监管分局','待签收','已签收','','{}',NULL,'d93a66368a0ed130ae32614fd11cfd2e74759b737de2df6828b0d5855e95b4fd','a329fd19650995ce46f87f03161f6b7e726b63349fd25af0674564442986c119');
INSERT INTO "events" VALUES('LHS-20261128-0001',3,'2026-11-28 06:42:28.503805','甲','handler','市场监管分局','reply','市场监管分局','已签收','待审核','已约谈并退款','{}',NULL,'a329fd19650995ce46f87f03161f6b7e726b63349fd25af0674564442986c119','15024422bb9f628d4fe1148aa17faa40a09640db760068906e551a4b4ac4cf94');
INSERT INTO "events" VALUES('LHS-20261128-0001',4,'2026-11-28 06:42:40.788191','乙','宣传部','','accept','市场监管分局','待审核','已办结','','{}',NULL,'15024422bb9f628d4fe1148aa17faa40a09640db760068906e551a4b4ac4cf94','7597f38d248704f2a00773163945f2ce5e16a97b5c23b86e905091ee3078e763');
INSERT INTO "events" VALUES('LHS-20261128-0003',2,'2026-11-28 06:43:18.061749','丙','handler','应急局','ack','应急局','待签收','已签收','','{}',NULL,'7642d877df7cf91c610cb03eee33d6d8f7ba1c11873edf0cc1331dc9fb102519','ed225e2723bbcfa8ff233d351649bca27d49c2a6bf1a397924881d12580f8300');
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
INSERT INTO "mentions" VALUES('eba98db197bd4e67a5b89a00','hotline','GD-0001','call','出租车拒载','11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话***********。','',NULL,NULL,'2026-11-26 12:15:00.000000','2026-11-28 06:41:09.641272',NULL,'','[]','import:0001.csv',0,'','','hotline',0,1,'done',4,4,0);
INSERT INTO "mentions" VALUES('afbebd7992343c49bda4ba04','hotline','GD-0002','call','房间没有暖气','在天定山附近的民宿住宿，房间没有暖气也没有热水，老板不给退款。','',NULL,NULL,'2026-11-26 13:40:00.000000','2026-11-28 06:41:09.641272',NULL,'','[]','import:0001.csv',0,'','','hotline',0,1,'done',4,4,1);
INSERT INTO "mentions" VALUES('51fa189b552225888fa79a41','weibo','5000000000000001','post','','天定山滑雪场今天雪质真好，下次还来','',NULL,'2026:3dcbef144dec71c1f6e6','2026-11-26 04:00:00.000000','2026-11-28 06:41:33.154816',NULL,'','[]','import:0001-b.csv',0,'','','',0,1,'done',3,3,0);
INSERT INTO "mentions" VALUES('661e4c5230348e586f7b64a2','xiaohongshu','6123456789abcdef01234567','post','','天定山缆车停了半小时，人被困在半空，没人管','',NULL,'2026:fb75b30e8b4302d60fd9','2026-11-26 05:00:00.000000','2026-11-28 06:41:33.154816',NULL,'','[]','import:0001-b.csv',0,'','','',0,1,'done',4,4,0);
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
INSERT INTO "obligations" VALUES('LHS-20261128-0002','住建局',0,'lead','待签收','2026-11-28 06:41:17.052980','2026-11-28 06:41:17.052980','2026-11-30 02:30:00.000000','2026-11-30 06:41:17.052980',NULL,NULL,NULL,0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0002','市场监管分局',1,'lead','待签收','2026-11-28 06:41:17.052980','2026-11-28 06:41:17.052980','2026-11-30 02:30:00.000000','2026-11-30 06:41:17.052980',NULL,NULL,NULL,0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0002','城管局',2,'support','待签收','2026-11-28 06:41:17.052980','2026-11-28 06:41:17.052980','2026-11-30 02:30:00.000000','2026-11-30 06:41:17.052980',NULL,NULL,NULL,0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0002','交警大队',3,'support','待签收','2026-11-28 06:41:17.052980','2026-11-28 06:41:17.052980','2026-11-30 02:30:00.000000','2026-11-30 06:41:17.052980',NULL,NULL,NULL,0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0002','教卫健局',4,'support','待签收','2026-11-28 06:41:17.052980','2026-11-28 06:41:17.052980','2026-11-30 02:30:00.000000','2026-11-30 06:41:17.052980',NULL,NULL,NULL,0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0001','市场监管分局',0,'lead','已办结','2026-11-28 06:41:16.871868','2026-11-28 06:41:16.871868','2026-11-30 02:30:00.000000','2026-11-30 06:41:16.871868','2026-11-28 06:42:14.001384','2026-11-28 06:42:28.503805','2026-11-28 06:42:40.788191',0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0001','商务局',1,'lead','待签收','2026-11-28 06:41:16.871868','2026-11-28 06:41:16.871868','2026-11-30 02:30:00.000000','2026-11-30 06:41:16.871868',NULL,NULL,NULL,0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0001','教卫健局',2,'support','待签收','2026-11-28 06:41:16.871868','2026-11-28 06:41:16.871868','2026-11-30 02:30:00.000000','2026-11-30 06:41:16.871868',NULL,NULL,NULL,0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0001','宣传部',3,'support','待签收','2026-11-28 06:41:16.871868','2026-11-28 06:41:16.871868','2026-11-30 02:30:00.000000','2026-11-30 06:41:16.871868',NULL,NULL,NULL,0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0003','应急局',0,'lead','已签收','2026-11-28 06:41:42.256564','2026-11-28 06:41:42.256564','2026-11-28 06:51:42.256564','2026-11-28 11:41:42.256564','2026-11-28 06:43:18.061749',NULL,NULL,0,'',0,NULL,0,0,0,'[]');
INSERT INTO "obligations" VALUES('LHS-20261128-0003','消防大队',1,'support','待签收','2026-11-28 06:41:42.256564','2026-11-28 06:41:42.256564','2026-11-28 06:51:42.256564','2026-11-28 11:41:42.256564',NULL,NULL,NULL,0,'',0,NULL,0,0,0,'[]');
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
INSERT INTO "originals" VALUES('eba98db197bd4e67a5b89a00',1,'出租车拒载','11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，我的电话15400001234。','','2026-11-28 06:41:09.641272');
INSERT INTO "originals" VALUES('afbebd7992343c49bda4ba04',1,'房间没有暖气','在天定山附近的民宿住宿，房间没有暖气也没有热水，老板不给退款。','','2026-11-28 06:41:09.641272');
INSERT INTO "originals" VALUES('51fa189b552225888fa79a41',1,'','天定山滑雪场今天雪质真好，下次还来','','2026-11-28 06:41:33.154816');
INSERT INTO "originals" VALUES('661e4c5230348e586f7b64a2',1,'','天定山缆车停了半小时，人被困在半空，没人管','','2026-11-28 06:41:33.154816');
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
INSERT INTO "rejects" VALUES(1,'89ded4f693a44cfbc96f873020ecc2f5b814c5229f29df748d72721f25503ad1','0001.csv',4,'worksheet','缺少「编号」','{"title":"没有编号","text":"这一行没有编号，收不了。","published_at":"2026-11-26 22:00:00","platform":"hotline","kind":"call","source_kind":"hotline"}','2026-11-28 06:41:09.659292',NULL);
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
INSERT INTO "sightings" VALUES('51fa189b552225888fa79a41','2026-11-28 06:41:33.154816',12,NULL,NULL,NULL,'[]','import:0001-b.csv');
INSERT INTO "sightings" VALUES('661e4c5230348e586f7b64a2','2026-11-28 06:41:33.154816',340,NULL,NULL,NULL,'[]','import:0001-b.csv');
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
INSERT INTO "verdicts" VALUES('afbebd7992343c49bda4ba04',1,'place:天定山滑雪场','["天定山滑雪场"]','experience',-0.9999,'negative','[["lodging",0.775,[[0,4,"房间没有","冷"],[19,28,"房间没有暖气也没有","冷"],[26,30,"没有热水","没热水断电"]]],["consumer_dispute",0.6,[[33,36,"不给退","退款难"]]]]','yellow','rules-1+snownlp_words','2026-11-28 06:41:09.667506');
INSERT INTO "verdicts" VALUES('eba98db197bd4e67a5b89a00',1,'place:天定山滑雪场','["天定山滑雪场"]','experience',-1.0,'negative','[["taxi_refusal",0.9,[[3,5,"拒载","拒载"],[26,28,"拒载","拒载"],[31,34,"不打表","不打表"]]],["price_gouging",0.55,[[35,40,"要价一百元","加价加收"]]]]','yellow','rules-1+snownlp_words','2026-11-28 06:41:09.667506');
INSERT INTO "verdicts" VALUES('51fa189b552225888fa79a41',1,'place:天定山滑雪场','["天定山滑雪场"]','praise',0.2,'positive','[]','none','rules-1+snownlp_words','2026-11-28 06:41:33.235315');
INSERT INTO "verdicts" VALUES('661e4c5230348e586f7b64a2',1,'place:天定山滑雪场','["天定山滑雪场"]','experience',-0.6957,'negative','[["safety_hazard",0.8,[[3,21,"缆车停了半小时，人被困在半空，没人管","缆车设备故障"],[12,14,"被困","求救无应"]]]]','red','rules-1+snownlp_words','2026-11-28 06:41:33.235315');
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
