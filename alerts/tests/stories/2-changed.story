-- What is told when facts come and go.

# A rise tells those who know what is new, and fresh receivers all of it
at 03-02 09:00  finding DEV-01 [甲 乙]
                want created -> zjj.liaison
at 03-02 09:58  finding MON-01 [甲 乙]
                want raised -> zjj.liaison, jiwei (first) from orange new MON-01 "🟠 橙色 → 🔴 红色" "新增 1 项事实"
                want state open; level red; due 03-02 11:58

# A rise of what was acknowledged asks again
at 03-02 09:00  finding DEV-07 [甲 乙]
                want created -> zjj.liaison
at 03-02 09:10  acknowledge by wang
at 03-02 10:00  finding DEV-01 [甲 丙]
                want raised -> zjj.liaison from yellow
                want state open; level orange; acknowledged wang; due 03-02 16:30

# More facts of the same gravity are told nobody
at 03-02 09:00  finding DEV-01 [甲 乙]
                want created -> zjj.liaison
at 03-02 09:10  finding DEV-03 [甲 丙]
                want untold "级别不变"
                want nothing
                want state open; findings 2; revision 2

# A fall is told nobody, and the term stays
at 03-02 09:00  finding DEV-01 [甲 乙] & MON-01 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:30  gone MON-01 [甲 乙]
                want untold "🔴 红色 → 🟠 橙色,降级不另行通知"
                want nothing
                want state open; level orange; due 03-02 11:00

# What no longer holds before anybody acknowledged is withdrawn from all who heard of it
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:40  gone PER-02 [甲 乙]
                want withdrawn -> zjj.liaison, jiwei gone PER-02 "下列事实不再成立"
                want state withdrawn; due none; holds no

# A withdrawal reaches the leader too, once the alert has gone up the ladder
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 10:00  want reminded -> zjj.liaison
at 03-02 10:30  want reminded -> zjj.liaison
at 03-02 11:00  want escalated -> zjj.leader (first)
at 03-02 11:10  gone PER-02 [甲 乙]
                want withdrawn -> zjj.liaison, zjj.leader, jiwei

# What was acknowledged is not erased by a withdrawal, and may be closed with what was found out
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:20  acknowledge by wang
at 03-02 09:40  gone PER-02 [甲 乙]
                want withdrawn -> zjj.liaison, jiwei "撤回:" "已于 2026-03-02 09:20 签收,签收记录保留"
                want state withdrawn; acknowledged wang
at 03-02 10:00  close unfounded by wang "登记错误"
                want closed -> jiwei "查否" "登记错误"
                want state closed; outcome unfounded
                want verdict PER-02 0 1 0

# A withdrawal before the acknowledgement leaves nothing to close
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:40  gone PER-02 [甲 乙]
                want withdrawn -> zjj.liaison, jiwei
at 03-02 09:50  close unfounded by wang
                want refused "已经撤回"
                acknowledge by wang
                want refused "已经撤回"
                note by wang "电话核实"
                want noted -> nobody
                want state withdrawn

# What comes back after a withdrawal is a new alert to everybody
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:40  gone PER-02 [甲 乙]
                want withdrawn -> zjj.liaison, jiwei
at 03-02 10:10  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
                want state open; episode 2; due 03-02 14:40; revision 3

# A correction that moves a fact from one name to another leaves one alert
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:10  finding PER-02 [甲 丙]
at 03-02 09:11  gone PER-02 [甲 乙]
                want nothing
                want state open; findings 1; level red

# A rise never gives more time than there was
at 03-02 09:00  finding DEV-01 [甲 乙]
                want created -> zjj.liaison
                want state open; due 03-02 15:30
at 03-02 14:30  want reminded -> zjj.liaison
at 03-02 14:40  finding MON-01 [甲 乙]
                want raised -> zjj.liaison, jiwei (first)
                want state open; level red; due 03-02 15:30
at 03-02 15:00  want reminded -> zjj.liaison
                acknowledge by wang

# A rise after the time has passed gives the time of the new level
at 03-02 09:00  finding DEV-01 [甲 乙]
                want created -> zjj.liaison
at 03-02 14:30  want reminded -> zjj.liaison
at 03-02 15:30  want escalated -> zjj.leader (first)
at 03-02 15:40  finding MON-01 [甲 乙]
                want raised -> zjj.liaison, zjj.leader, jiwei (first)
                want state open; level red; due 03-03 08:40

# A fall and a rise again are told as a rise, within the term that was running
at 03-02 09:00  finding DEV-01 [甲 乙] & MON-01 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:30  gone MON-01 [甲 乙]
at 03-02 09:40  finding MON-01 [甲 乙]
                want raised -> zjj.liaison, jiwei from orange new MON-01
                want state open; due 03-02 11:00

# A rise goes by the opening as it is known now
at 03-02 09:00  place E1 trade 01 opening 03-05 09:00
                finding DEV-01 [甲 乙]
                want created -> zjj.liaison
                want state open; due 03-02 15:30
at 03-02 09:30  place E1 trade 01 opening 03-02 10:30
                finding MON-01 [甲 乙]
                want raised -> zjj.liaison, jiwei (first)
                want state open; due 03-02 10:30

# A rise also tells of what came before it and was not told
at 03-02 09:00  finding DEV-07 [甲 乙]
                want created -> zjj.liaison
at 03-02 09:10  finding PRI-01 [丙 丁]
                want untold "事实有变化,级别不变,不另行通知"
at 03-02 09:20  finding DEV-01 [甲 戊]
                want raised -> zjj.liaison new PRI-01, DEV-01 "新增 2 项事实"

# A fact that was only a lead and has become more serious is what is new
at 03-02 09:00  finding CRD-01 [甲] severity L
                want created -> zjj.liaison
at 03-02 09:20  finding CRD-01 [甲] severity X
                want raised -> zjj.liaison from yellow new CRD-01 "新增 1 项事实"

# What came without a rise is told once, and not again with the next rise
at 03-02 09:00  finding DEV-07 [甲 乙]
                want created -> zjj.liaison new DEV-07
at 03-02 09:10  finding PRI-01 [丙 丁]
at 03-02 09:20  finding DEV-01 [甲 戊]
                want raised -> zjj.liaison new PRI-01, DEV-01
at 03-02 09:30  finding DEV-03 [甲 己]
at 03-02 09:35  gone DEV-03 [甲 己]
at 03-02 09:40  finding MON-01 [甲 乙]
                want raised -> zjj.liaison, jiwei (first) new MON-01
