-- What is not sent for a while, and is told afterwards.

# A silence hides, and what it hid and still holds is told when it ends
at 03-02 09:00  silence S1 until 03-02 12:00 level yellow rule DEV-07
                finding DEV-07 [甲 乙]
                want untold "静默 S1 期间不发送"
                want state open; silenced S1; due none
at 03-02 12:00  want created -> zjj.liaison "静默 S1 已结束或者不再适用"
                want state open; silenced none; due 03-04 17:30

# What came and went during a silence is told nobody
at 03-02 09:00  silence S1 until 03-02 12:00 level yellow rule DEV-07
                finding DEV-07 [甲 乙]
at 03-02 10:00  gone DEV-07 [甲 乙]
                want withdrawn -> nobody
at 03-02 12:00  want nothing

# A silence hides no more than its level
at 03-02 09:00  silence S1 until 03-02 12:00 level yellow section E1
                finding DEV-01 [甲 乙]
                want created -> zjj.liaison

# What outgrows a silence by another rule is told at once
at 03-02 09:00  silence S1 until 03-03 12:00 level yellow rule DEV-07
                finding DEV-07 [甲 乙]
at 03-02 10:00  finding PRI-01 [丙 丁]
                want created -> zjj.liaison "不再适用"
                want state open; silenced none

# A silence about one party hides only what concerns that party
at 03-02 09:00  silence S1 until 03-03 12:00 level orange party 甲
                finding DEV-01 [甲 乙]
                want untold "静默 S1"
                finding DEV-01 [丙 丁] in E2
                want created -> zjj.liaison on E2/collusion

# A silence about a department hides what it answers for, and a transfer ends that
at 03-02 09:00  silence S1 until 03-03 12:00 level red department zjj
                finding PER-02 [甲 乙]
                want untold "静默 S1"
at 03-02 10:00  transfer to slj by zhou
                want transferred -> slj.liaison (first), jiwei (first)
                want state open; silenced none; owner slj; due 03-02 12:00

# A silence that is ended early tells at once
at 03-02 09:00  silence S1 until 03-06 12:00 level red topic collusion
                finding PER-02 [甲 乙]
at 03-02 10:00  end silence S1
                want created -> zjj.liaison, jiwei
                want state open; due 03-02 12:00

# A silence that begins later hides nothing before
at 03-02 09:00  silence S1 from 03-02 10:00 until 03-02 16:00 level red topic collusion
                finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 10:00  want untold "静默 S1"
                want state open; silenced S1
at 03-02 16:00  want created -> zjj.liaison (again), jiwei (again) "静默 S1 已结束"
                want state open; due 03-03 09:00

# A silence never hides a withdrawal of what was told
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:10  silence S1 until 03-06 12:00 level red topic collusion
at 03-02 10:00  want untold "静默 S1"
at 03-02 10:10  gone PER-02 [甲 乙]
                want withdrawn -> zjj.liaison, jiwei

# Of two silences the later end counts
at 03-02 09:00  silence S1 until 03-02 12:00 level yellow section E1
                silence S2 until 03-02 16:00 level yellow rule DEV-07
                finding DEV-07 [甲 乙]
                want state open; silenced S2
at 03-02 12:00  want nothing
at 03-02 16:00  want created -> zjj.liaison "静默 S2"

# Whoever acknowledges what is hidden ends the silence for it, and those who would have been told are
at 03-02 09:00  silence S1 until 03-02 12:00 level red rule PER-02
                finding PER-02 [甲 乙]
at 03-02 10:00  acknowledge by zhou
                want acknowledged -> zjj.liaison (first), jiwei (first) new PER-02
                want state acknowledged; silenced none
at 03-02 12:00  want nothing

# What is being dealt with is reminded of although a silence would hide it
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:20  acknowledge by wang
                silence S1 until 03-20 12:00 level red topic collusion
at 03-09 08:30  want reminded -> zjj.liaison
                close unfounded by wang
                want closed -> jiwei

# A silence that ended while the daemon stood still is told when it is back
at 03-02 09:00  silence S1 until 03-02 12:00 level red topic collusion
                finding PER-02 [甲 乙]
at 03-05 09:00 after outage
                want created -> zjj.liaison, jiwei
                want state open; due 03-05 11:00

# What outgrows a silence by its level is told at once
at 03-02 09:00  silence S1 until 03-03 12:00 level yellow section E1
                finding DEV-07 [甲 乙]
                want untold "静默 S1"
at 03-02 10:00  finding DEV-01 [甲 丙]
                want raised -> zjj.liaison (first) new DEV-07, DEV-01
                want state open; silenced none; due 03-02 16:30

# A rise within a silence stays hidden, and is told when it ends
at 03-02 09:00  silence S1 until 03-02 12:00 level orange section E1
                finding DEV-07 [甲 乙]
at 03-02 10:00  finding DEV-01 [甲 丙]
                want untold "静默 S1"
                want state open; level orange; silenced S1
at 03-02 12:00  want created -> zjj.liaison new DEV-07, DEV-01

# What another silence still hides goes over to it
at 03-02 09:00  silence S1 until 03-02 12:00 level yellow section E1
                finding DEV-07 [甲 乙]
                want state open; silenced S1
at 03-02 10:00  silence S2 until 03-02 16:00 level yellow rule DEV-07
                want state open; silenced S1
at 03-02 12:00  want untold "静默 S2 期间不发送"
                want state open; silenced S2
at 03-02 16:00  want created -> zjj.liaison "静默 S2"

# A clock that is set back to before a silence tells nothing of what it hides
at 03-02 09:00  silence S1 until 03-02 12:00 level yellow rule DEV-07
                finding DEV-07 [甲 乙]
at 03-02 08:00 clock back
                finding DEV-07 [甲 丙]
                want nothing
                want state open; silenced S1; findings 2
at 03-02 12:00  want created -> zjj.liaison new DEV-07, DEV-07

# A silence that is narrowed tells what it no longer hides
at 03-02 09:00  silence S1 until 03-06 12:00 level yellow section E1
                finding DEV-07 [甲 乙]
                want state open; silenced S1
at 03-02 10:00  silence S1 until 03-06 12:00 level yellow section E2
                want created -> zjj.liaison
                want state open; silenced none

# What outgrows one silence and not another goes over to that one
at 03-02 09:00  silence S1 until 03-02 16:00 level yellow rule DEV-07
                silence S2 until 03-02 12:00 level yellow section E1
                finding DEV-07 [甲 乙]
                want state open; silenced S1
at 03-02 10:00  finding PRI-01 [丙 丁]
                want untold "静默 S2 期间不发送"
                want state open; silenced S2
at 03-02 12:00  want created -> zjj.liaison "静默 S2" new DEV-07, PRI-01
