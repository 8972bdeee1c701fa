-- Terms, reminders, the ladder.

# Nobody acknowledges a red alert: up the ladder, each step once
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 10:00  want reminded -> zjj.liaison "还有 1 小时到签收时限 2026-03-02 11:00"
at 03-02 10:30  want reminded -> zjj.liaison "还有 30 分钟到签收时限"
at 03-02 11:00  want escalated -> zjj.leader (first) "市住建局联络员未在 2026-03-02 11:00 前签收,已提醒 2 次(2026-03-02 10:00、2026-03-02 10:30)"
at 03-02 15:30  want escalated -> ggb.liaison (first) "现报统筹部门"
at 03-03 17:30  want overdue -> ggb.liaison, zjj.leader "列入逾期清单"
                want state open; overdue yes; due 03-02 11:00
at 03-20 09:00  want nothing

# A late acknowledgement stops the ladder
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 10:00  want reminded -> zjj.liaison
at 03-02 10:30  want reminded -> zjj.liaison
at 03-02 11:00  want escalated -> zjj.leader (first)
at 03-02 11:20  acknowledge by wang
                want state acknowledged; due 03-09 17:30
at 03-05 17:30  want nothing

# Nobody closes what was acknowledged: reminded, then up the ladder
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:20  acknowledge by wang
at 03-09 08:30  want reminded -> zjj.liaison "到办结时限 2026-03-09 17:30"
at 03-09 17:30  want escalated -> zjj.leader (first) "未在 2026-03-09 17:30 前办结"
at 03-10 10:30  want escalated -> ggb.liaison (first)
at 03-11 17:30  want overdue -> ggb.liaison, zjj.leader
                want state acknowledged; overdue yes
at 03-11 18:00  close unfounded by wang
                want closed -> ggb.liaison, jiwei, zjj.leader
                want state closed; overdue no

# A term runs over lunch
at 03-02 11:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
                want state open; due 03-02 15:30
at 03-02 14:30  want reminded -> zjj.liaison
at 03-02 15:00  want reminded -> zjj.liaison
at 03-02 15:10  acknowledge by wang

# A term runs over the evening
at 03-02 17:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
                want state open; due 03-03 10:00

# A term runs over a weekend
at 03-06 16:30  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
                want state open; due 03-09 09:30
at 03-09 08:30  want reminded -> zjj.liaison
at 03-09 09:00  want reminded -> zjj.liaison
                acknowledge by wang

# A term runs over the Spring Festival, and a Saturday that is worked counts
at 02-13 17:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
                want state open; due 02-14 10:00
at 02-14 09:00  want reminded -> zjj.liaison
at 02-14 09:30  want reminded -> zjj.liaison
                acknowledge by wang
                want state acknowledged; due 02-28 17:30

# What is found at night is due in the morning
at 03-02 23:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
                want state open; due 03-03 10:30

# Red alerts may be followed day and night
duty night
at 03-07 23:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
                want state open; due 03-08 01:00
at 03-08 00:30  want reminded -> zjj.liaison
at 03-08 01:00  want escalated -> zjj.leader (first)
at 03-08 03:00  want escalated -> ggb.liaison (first)
at 03-09 03:00  want overdue -> ggb.liaison, zjj.leader

# What is opened soon is to be acknowledged before it is opened
at 03-02 09:00  place E1 trade 01 opening 03-02 10:00
                finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei "请于 2026-03-02 10:00 前签收"
                want state open; due 03-02 10:00
at 03-02 09:30  want reminded -> zjj.liaison
                acknowledge by wang

# However near the opening is, a quarter of an hour is given
at 03-02 09:00  place E1 trade 01 opening 03-02 09:05
                finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
                want state open; due 03-02 09:15

# A yellow alert may wait beyond the opening, unless the list says otherwise
at 03-02 09:00  place E1 trade 01 opening 03-02 10:00
                finding DEV-07 [甲 乙]
                want created -> zjj.liaison on E1/collusion
                want state open; due 03-04 17:30
                duty early
                place E2 trade 01 opening 03-02 10:00
                finding DEV-07 [甲 乙] in E2
                want created -> zjj.liaison on E2/collusion
                want state open; on E2/collusion; due 03-02 10:00

# An opening in the past changes nothing
at 03-02 09:00  place E1 trade 01 opening 03-02 08:30
                finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
                want state open; due 03-02 11:00

# A year without a calendar is worked from Monday to Friday
at 2099-01-02 17:00  finding PER-02 [甲 乙]
                     want created -> zjj.liaison, jiwei
                     want state open; due 2099-01-05 10:00

# A long outage is told as one
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-06 09:00 after outage
                want overdue -> ggb.liaison (first), zjj.leader (first) "系统停机期间另有 4 次提示合并于此"
                want state open; overdue yes
at 03-09 09:00  want nothing

# An outage over reminders alone ends in one reminder
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 10:40 after outage
                want reminded -> zjj.liaison "还有 20 分钟到签收时限"
                acknowledge by wang

# An outage over the leader's step tells leader and office at once
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 16:00 after outage
                want escalated -> ggb.liaison (first), zjj.leader (first) "系统停机期间另有 3 次提示合并于此"

# A restart doubles nothing
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
                restart
at 03-02 10:00  restart
                want reminded -> zjj.liaison
                restart
at 03-02 10:30  want reminded -> zjj.liaison
at 03-02 11:00  want escalated -> zjj.leader (first)
                restart
                want nothing

# A clock that is set back an hour repeats nothing
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 10:00  want reminded -> zjj.liaison
at 03-02 09:05 clock back
                want nothing
at 03-02 10:10  want nothing
at 03-02 10:30  want reminded -> zjj.liaison
at 03-02 11:00  want escalated -> zjj.leader (first)
at 03-02 10:30 clock back
                acknowledge by wang
                want state acknowledged; due 03-09 17:30

# A clock that jumps a day ahead takes what lies between as one step
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-03 09:00 after outage
                want escalated -> ggb.liaison (first), zjj.leader (first)
at 03-02 09:30 clock back
                want nothing
at 03-03 17:30  want overdue -> ggb.liaison, zjj.leader

# Two steps at one instant are no outage
duty together
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 11:00  want escalated -> ggb.liaison (first), zjj.leader (first) "市住建局联络员未在 2026-03-02 11:00 前签收;已报责任领导,现报统筹部门"
                acknowledge by wang
