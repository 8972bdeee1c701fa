-- What supervisors do, and what does not fit.

# An acknowledgement tells nobody and begins the time to close
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:20  acknowledge by wang
                want acknowledged -> nobody
                want state acknowledged; acknowledged wang; due 03-09 17:30
at 03-03 09:00  want nothing

# The first to acknowledge has acknowledged
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:20  acknowledge by wang
at 03-02 09:21  acknowledge by li
                want refused "已经签收"
                want state acknowledged; acknowledged wang; revision 2

# Nothing is closed that nobody has acknowledged
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:20  close unfounded by wang
                want refused "须先签收"
                want state open; due 03-02 11:00

# Nothing is closed without an outcome
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:20  acknowledge by wang
at 03-02 09:30  close by wang
                want refused "办结须注明处理结果"
                want state acknowledged

# To assign what is open is to acknowledge it
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:20  assign to li by wang
                want assigned -> nobody
                want state assigned; assigned li; acknowledged wang; due 03-09 17:30
at 03-02 09:40  assign to zhao by wang
                want state assigned; assigned zhao; due 03-09 17:30
at 03-02 09:50  assign by wang
                want refused "须注明承办人"

# What a department sends back goes to the coordinating office, with the whole time
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 10:00  want reminded -> zjj.liaison
                return by wang "非本部门职责"
                want returned -> ggb.liaison (first) "非本部门职责"
                want state open; owner ggb; item none; sent_back 1; due 03-02 12:00; why "承办部门退回,由统筹部门协调"
at 03-02 10:30  return by zhou
                want refused "已由统筹部门承办"

# Where the coordinating office answers, there is no office to go up to
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
                return by wang
                want returned -> ggb.liaison (first)
at 03-02 10:00  want reminded -> ggb.liaison
at 03-02 10:30  want reminded -> ggb.liaison
at 03-02 11:00  want escalated -> ggb.leader (first)
at 03-02 15:30  want nothing
at 03-03 17:30  want overdue -> ggb.leader, ggb.liaison

# A transfer gives another department the whole time
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:30  acknowledge by wang
at 03-02 09:40  transfer to slj by wang "水务工程"
                want transferred -> slj.liaison (first) "请市水务局承办" "水务工程"
                want state open; owner slj; acknowledged none; due 03-02 11:40; why 改派
at 03-02 09:50  transfer to slj by wang
                want refused "该部门已在承办"
                transfer to nowhere by wang
                want refused "权责清单中没有该部门"
                transfer by wang
                want refused "权责清单中没有该部门"
at 03-02 10:40  want reminded -> slj.liaison
at 03-02 11:10  want reminded -> slj.liaison
at 03-02 11:40  want escalated -> slj.leader (first) "市水务局联络员未在 2026-03-02 11:40 前签收"

# What is reopened after its basis has gone is only no longer closed
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:30  acknowledge by wang
at 03-02 10:00  close insufficient by wang
                want closed -> jiwei
at 03-02 10:10  gone PER-02 [甲 乙]
                want withdrawn -> zjj.liaison, jiwei
at 03-02 10:30  reopen by wang
                want reopened -> zjj.liaison, jiwei
                want state withdrawn; due none
at 03-02 12:00  want nothing

# A note changes nothing but the record
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:20  note by li "已联系交易中心"
                want noted -> nobody "已联系交易中心"
                want state open; due 03-02 11:00

# Another system that keeps a record hears of every deed and every step
duty recorded
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei, record
at 03-02 10:00  want reminded -> zjj.liaison, record
at 03-02 10:20  acknowledge by wang
                want acknowledged -> record
at 03-02 10:30  note by wang "核对中"
                want noted -> record
at 03-02 10:40  close unfounded by wang
                want closed -> record, jiwei

# Outcomes are counted for every rule that the alert rested on, once each
at 03-02 09:00  finding DEV-01 [甲 乙] & DEV-01 [丙 丁] & PRI-01 [甲 乙]
                want created -> zjj.liaison
                acknowledge by wang
                close penalised by wang
                want closed -> nobody
                want verdict DEV-01 1 0 0
                want verdict PRI-01 1 0 0
at 03-02 09:30  finding DEV-01 [甲 乙] in E2
                want created -> zjj.liaison
                acknowledge on E2/collusion by wang
                close unfounded on E2/collusion by wang
                want verdict DEV-01 1 1 0
                want verdict MON-01 0 0 0

# A known fact that has become more serious reopens too
at 03-02 09:00  finding CRD-01 [甲] severity L
                want created -> zjj.liaison
at 03-02 09:30  acknowledge by wang
at 03-02 10:00  close unfounded by wang
                want closed -> nobody
at 03-02 10:10  finding CRD-01 [甲] severity X
                want reopened -> zjj.liaison new CRD-01
                want state open; level red

# What is withdrawn after closing and comes back is news
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:30  acknowledge by wang
at 03-02 10:00  close penalised by wang
                want closed -> jiwei "依法查处"
                want verdict PER-02 1 0 0
at 03-02 10:10  gone PER-02 [甲 乙]
                want withdrawn -> zjj.liaison, jiwei
                want state closed
at 03-02 10:20  finding PER-02 [甲 乙]
                want reopened -> zjj.liaison, jiwei
                want state open; holds yes

# A fact that nobody saw keeps an alert from being closed
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:30  acknowledge by wang
at 03-02 09:40  finding DEV-01 [甲 乙]
at 03-02 09:41  close unfounded seen PER-02 by wang
                want refused "有新的事实"
                want state acknowledged; findings 2
at 03-02 09:50  close unfounded seen PER-02, DEV-01 by wang
                want closed -> jiwei
                want state closed

# A supervisor reopens by hand, and everybody hears of it
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:10  reopen by wang
                want refused "尚未办结"
at 03-02 09:30  assign to li by wang
at 03-02 10:00  close insufficient by wang
                want closed -> jiwei "证据不足"
                want verdict PER-02 0 0 1
at 03-02 10:05  acknowledge by wang
                want refused "已经办结,须先重新打开"
at 03-02 10:30  reopen by zhou "举报人补充材料"
                want reopened -> zjj.liaison, jiwei "举报人补充材料"
                want state open; acknowledged none; assigned none; due 03-02 15:00
                want verdict PER-02 0 0 0

# What is handed over is frozen as it was handed
at 03-02 09:00  finding PER-02 [甲 乙] & DEV-01 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:30  acknowledge by wang
at 03-02 10:00  close referred_police by wang "移送材料 3 份"
                want closed -> jiwei, police (first) "移送公安" "移送材料 3 份"
                want state closed; handed "referred_police red 2"; due none
at 03-02 11:00  gone DEV-01 [甲 乙]
                want untold "没有办结时未知的事实"
                want state closed; findings 1; handed "referred_police red 2"
at 03-02 12:00  gone PER-02 [甲 乙]
                want withdrawn -> zjj.liaison, jiwei, police "已于 2026-03-02 10:00 办结,办结记录保留"
                want state closed; holds no; handed "referred_police red 2"; outcome referred_police
at 03-03 09:00  finding DEV-01 [甲 丁]
                want reopened -> zjj.liaison, jiwei, police "办结后新增 1 项事实"
                want state open; level orange; handed "referred_police red 2"

# New facts reopen what is closed, known ones do not
at 03-02 09:00  finding PER-02 [甲 乙] & DEV-01 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:30  acknowledge by wang
at 03-02 10:00  close unfounded by wang
                want closed -> jiwei
at 03-02 10:10  gone DEV-01 [甲 乙]
at 03-02 10:20  finding DEV-01 [甲 乙]
                want nothing
                want state closed
at 03-02 10:30  finding MON-01 [甲 丁]
                want reopened -> zjj.liaison, jiwei new MON-01 "办结后新增 1 项事实"
                want state open; outcome none; acknowledged none; due 03-02 15:00
