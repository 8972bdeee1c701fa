-- Who is told of a new alert, and how serious it is.

# A fact that the law deems collusion is red, and the liaison and discipline inspection hear of it
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei "有法规视为串通投标或者规定无效的情形" "请于 2026-03-02 11:00 前签收"
                want state open; level red; owner zjj; item 3.9; due 03-02 11:00; revision 1

# A strong lead is orange, and no copy is sent
at 03-02 09:00  finding DEV-01 [甲 乙]
                want created -> zjj.liaison "有强线索"
                want state open; level orange; due 03-02 15:30

# A lead is yellow, and two working days are given
at 03-02 09:00  finding DEV-07 [甲 乙]
                want created -> zjj.liaison "有线索"
                want state open; level yellow; due 03-04 17:30

# A breach of procedure is orange
at 03-02 09:00  finding OPN-01 [甲]
                want created -> zjj.liaison "有程序问题"
                want state open; level orange

# Strong leads of two kinds in one commit are one red alert, told once
at 03-02 09:00  finding DEV-01 [甲 乙] & PRI-02 [丙 丁]
                want created -> zjj.liaison, jiwei "有两类证据的强线索" new DEV-01, PRI-02
                want state open; level red; findings 2

# Leads of two kinds on one party are orange
at 03-02 09:00  finding DEV-07 [甲 乙] & PRI-01 [乙 丙]
                want created -> zjj.liaison "同一单位有两类证据的线索"
                want state open; level orange

# Findings on two topics of one section are two alerts
at 03-02 09:00  finding DEV-07 [甲 乙] & OPN-01 [甲]
                want created -> zjj.liaison on E1/collusion
                want created -> zjj.liaison on E1/procedure

# Findings of two sections are two alerts
at 03-02 09:00  finding DEV-07 [甲 乙]
                want created -> zjj.liaison on E1/collusion
at 03-02 09:05  finding DEV-07 [甲 乙] in E2
                want created -> zjj.liaison on E2/collusion

# A ring over many sections goes to the coordinating office: no trade is known of it
at 03-02 09:00  finding DEV-13 [甲 乙 丙] nowhere
                want created -> ggb.liaison
                want state open; owner ggb; item none; why "权责清单没有对应事项,由统筹部门承办"

# Copies go by level and topic: audit hears of prices from orange on
at 03-02 09:00  finding PRI-13 [甲]
                want created -> zjj.liaison, audit

# What another trade does is nobody's item, so the coordinating office answers
at 03-02 09:00  place E1 trade 02 region 460100
                finding DEV-01 [甲 乙]
                want created -> ggb.liaison
                want state open; owner ggb; item none; why "权责清单没有对应事项,由统筹部门承办"

# A district answers for its own works
at 03-02 09:00  place E1 trade 01 region 460106003
                finding DEV-01 [甲 乙]
                want created -> lhq.liaison "权责清单 3.1 区管工程"
                want state open; owner lhq; item 3.1

# A water project goes to the water authority that it was registered with
at 03-02 09:00  place E1 trade 01 region 460100 with 市水务局
                finding DEV-01 [甲 乙]
                want created -> slj.liaison
                want state open; owner slj; item 3.3; edition 1

# The evaluation is another department's while it lasts, and not before
at 03-02 09:00  place E1 trade 01 stage bidding
                finding EXP-01 [甲]
                want created -> zjj.liaison on E1/evaluation
at 03-02 09:05  place E2 trade 01 stage evaluation
                finding EXP-01 [甲] in E2
                want created -> fgw.liaison on E2/evaluation

# The same findings again tell nobody anything
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:30  finding PER-02 [甲 乙]
                want nothing
                want state open; revision 1
