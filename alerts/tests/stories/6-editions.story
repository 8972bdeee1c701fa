-- Another edition of the duty list, and a storm.

# What is open stays with whom it is, and what is new goes by the new list
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei on E1/collusion
at 03-02 09:30  duty reform
                want nothing
                finding PER-02 [甲 乙] in E2
                want created -> jsj.liaison on E2/collusion
                want state open; on E2/collusion; owner jsj; item 1; edition 2; due 03-02 10:30
                acknowledge on E2/collusion by wu
at 03-02 10:00  want reminded -> zjj.liaison on E1/collusion
at 03-02 10:30  want reminded -> zjj.liaison on E1/collusion
at 03-02 11:00  want escalated -> zjj.leader (first) on E1/collusion
at 03-02 15:30  want escalated -> zsj.liaison (first) on E1/collusion
                want state open; on E1/collusion; owner zjj; edition 1

# The next duty of an open alert goes by the new list's times
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:30  duty reform
                acknowledge by wang
                want state acknowledged; due 03-05 17:30

# What comes back after a withdrawal is routed by the list in force
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:10  gone PER-02 [甲 乙]
                want withdrawn -> zjj.liaison, jiwei
at 03-02 09:20  duty reform
                finding PER-02 [甲 乙]
                want created -> jsj.liaison
                want state open; owner jsj; edition 2

# What a dissolved department had can be sent back and given to its successor
at 03-02 09:00  finding PER-02 [甲 乙]
                want created -> zjj.liaison, jiwei
at 03-02 09:30  duty reform
                transfer to zjj by wang
                want refused "权责清单中没有该部门"
                return by wang
                want returned -> zsj.liaison (first)
                transfer to jsj by zhou
                want transferred -> jsj.liaison (first)
                want state open; owner jsj; edition 2

# A storm is told in a burst and one digest that loses nothing
burst 10
at 03-02 09:00  storm 300 DEV-07 [甲 乙]
                want sent zjj.liaison 9 alone, digest of 291
at 03-02 09:10  want nothing

# A storm that is larger than one digest goes on minute by minute
burst 10
at 03-02 09:00  storm 1200 DEV-07 [甲 乙]
                want sent zjj.liaison 9 alone, digest of 500
at 03-02 09:01  want sent zjj.liaison 0 alone, digest of 500
at 03-02 09:02  want sent zjj.liaison 0 alone, digest of 191
at 03-02 09:10  want nothing

# After a storm a single alert goes by itself again
burst 2
at 03-02 09:00  storm 5 DEV-07 [甲 乙]
                want sent zjj.liaison 1 alone, digest of 4
                finding OPN-01 [甲]
                want nothing
at 03-02 09:01  want sent zjj.liaison 1 alone

# A storm that a silence hid is paced when the silence ends
burst 10
at 03-02 09:00  silence S1 until 03-02 12:00 level yellow rule DEV-07
                storm 100 DEV-07 [甲 乙]
                want nothing
at 03-02 12:00  want sent zjj.liaison 9 alone, digest of 91

# An outage over a storm's terms ends in a digest for the leader too
burst 10
at 03-02 09:00  storm 50 DEV-07 [甲 乙]
                want sent zjj.liaison 9 alone, digest of 41
at 03-05 08:30 after outage
                want sent zjj.leader 9 alone, digest of 41
