//! Names of Chinese firms made comparable: a key that is equal where two spellings plainly mean one name.
//!
//! *What folds.* Full and half width; traditional and simplified characters; blanks, brackets and other marks; letters'
//! case; the legal forms 有限公司, 有限责任公司, 股份有限公司, 公司, and 集团 before or after them. A branch (分公司)
//! stays one.
//!
//! *Laws.* A key of a key is itself. Equal keys are a lead and never an identity: two firms may bear one name, which is
//! why everything else goes by credit code. Nothing is ever concluded from a name.
//!
//! *Example.* `海南甲建設（集團）股份有限公司` and `海南甲建设集团有限责任公司` have the key `海南甲建设`.

use super::fold;
use std::sync::LazyLock;

/// From which likeness on, in hundredths, names are shown as similar.
pub const SIMILAR_MIN_PERCENT: u32 = 80;

/// Legal forms, the longer ones first; each is replaced by the shortest.
const FORMS: [(&str, &str); 5] = [
    ("有限责任公司", "公司"),
    ("股份有限公司", "公司"),
    ("有限公司", "公司"),
    ("股份公司", "公司"),
    ("集团公司", "公司"),
];

/// What ends a name without being part of it.
const ENDINGS: [&str; 2] = ["公司", "集团"];

/// What ends the name of a branch.
const BRANCH: &str = "分公司";

// The characters of names of firms and places that differ, out of OpenCC's table of characters (Apache-2.0); sorted by
// the traditional one.
const TRADITIONAL: &str = "\
    亂亞來侖侶係俠倉個們倖倫偉側偵偽備傢傭傳債傷傾僅僑價儀億儉儘償優儲兒內兩冊凈凍凱別刪則剛創劃劇劉劍劑\
    勁動務勛勝勞勢勳勵勸匯區協卻厤厭厲參吳呂員問啟喚喪喬單嘆嘗嘯噴噹嚐嚮嚴囌國圍園圓圖團埰執堅報場塊塗塵\
    墊墜墮墳墾壇壓壘壟壩壯壽夠夢夾奪奮妝婁婦媽嬌嬰嬸孫學宮寀寢實寧審寫寬寵寶將專尋對導層屬岡島崑崗崙嶺嶼\
    嶽巖帥師帳帶幟幣幫庫廁廂廈廚廟廠廢廣廳張強彆彈彌彎彔彙彿後徑從復徹恆愛態慣慶憂憑憲憶懇應懞懷懸懾戀戲\
    戶拋掃掙掛採揚換揮損搖搶撐撫擁擄擇擊擋擔據擠擬擴擺攝攬敗敘敵數斷於時晉暢暫曆曉曏曠曬書會朮東條棄棗棟\
    棧楊業極榮構槍樁樂樑樓標樣樹橋機橫檔檢檯櫃欄權欒欖欽歎歐歡歲歷歸殘殼毀毆氈氣氫汙決沒沖況涼淚淨淩淵淺\
    減渦測湊湯準溝溫溼滅滬滲滾滿漁漢漲漸漿潑潔潛潤潰澆澇澗澤濁濃濕濛濟濤濫濰濱濾瀋瀏瀘瀧瀰灃灘灣災為烏無\
    煉煙煩熱燁燈燒營燬燭爍爐爛爭爺爾牆牽犧狀狹猶獅獎獨獲獵獸獻現瑤瑩瑪環璽瓊瓏產甦甯畝畢畫異當瘡療發盡監\
    盤盧盪眾矇硃碩確碼磚礎礦祿禮種稱穀積穩穫窩窮竇競筆箇節範築簡簽簾籌籤粵糧糰紀紅純紙紡終組結絕絡給統經\
    綜綠維網綿緊緒線締緣編練縣縮總績繆織繞繡繪繫繼繽續纜罈羅義習聖聞聯聰聲聶職聽肅脈脩腦腸膠臨臺與興舉舊\
    荊莊莖華菸萊萬葉葯蒼蓆蓋蓮蔘蔣蔥蕩蕭薑薦藍藝藥蘆蘇蘋蘭蘿處虜號虧蟻術衚衛衝補裝裡複襬襯襲規視親覺覽觀\
    觸計訊討訓託記訪設許訴診証評詞詢試詩話該詳認語誠誤說課誼調談請論諧諮諸諾謀謙講謝謹證識譚譜譭譯議護變\
    讓讚豈豐貝負財貢貨販貫責貯貴買貸費貼貿賀賃資賈賓賜賞賢賣賤賦質賬賭賴購賽贈贊贏贛趕趙趨踐躍車軋軌軍軟\
    軸較載輔輕輛輝輩輪輸轉轟辦辭農這連週進遊運過達違遞遠適遲遷選遺遼邁還邊邏鄉鄒鄔鄧鄭鄰醞醫釀釘針釣鈅鈦\
    鈴鉆鉛銀銅銘銳銷鋁鋅鋒鋼錄錘錢錦錫錶鍊鍋鍛鍵鍼鍾鎖鎚鎮鎳鏈鏡鐘鐵鑄鑑鑒鑰鑽長門閃閉開閑閒間閔閣閤閥閩\
    閱閻闕關闞陝陣陰陳陸陽隊階際隨險隱隴雖雙雜雞難雲電霧靈靜鞏鞦韋韓響頁頂項順須頌預頓領頭頻題額顏願類顧\
    顯風颱飄飛飲飼飽飾養餘館饒馬馭馮馳駐駕駛駱駿騎騰驅驕驗驚驛體髮鬍鬚鬱魚魯鮑鮮鰲鳥鳳鳴鴻鵝鵬鶴鷗鷹鹽麗\
    麥麴麵黃點黨齊齋齡齣龍龐龔\
";
const SIMPLIFIED: &str = "\
    乱亚来仑侣系侠仓个们幸伦伟侧侦伪备家佣传债伤倾仅侨价仪亿俭尽偿优储儿内两册净冻凯别删则刚创划剧刘剑剂\
    劲动务勋胜劳势勋励劝汇区协却历厌厉参吴吕员问启唤丧乔单叹尝啸喷当尝向严苏国围园圆图团采执坚报场块涂尘\
    垫坠堕坟垦坛压垒垄坝壮寿够梦夹夺奋妆娄妇妈娇婴婶孙学宫采寝实宁审写宽宠宝将专寻对导层属冈岛昆岗仑岭屿\
    岳岩帅师帐带帜币帮库厕厢厦厨庙厂废广厅张强别弹弥弯录汇佛后径从复彻恒爱态惯庆忧凭宪忆恳应蒙怀悬慑恋戏\
    户抛扫挣挂采扬换挥损摇抢撑抚拥掳择击挡担据挤拟扩摆摄揽败叙敌数断于时晋畅暂历晓向旷晒书会术东条弃枣栋\
    栈杨业极荣构枪桩乐梁楼标样树桥机横档检台柜栏权栾榄钦叹欧欢岁历归残壳毁殴毡气氢污决没冲况凉泪净凌渊浅\
    减涡测凑汤准沟温湿灭沪渗滚满渔汉涨渐浆泼洁潜润溃浇涝涧泽浊浓湿蒙济涛滥潍滨滤沈浏泸泷弥沣滩湾灾为乌无\
    炼烟烦热烨灯烧营毁烛烁炉烂争爷尔墙牵牺状狭犹狮奖独获猎兽献现瑶莹玛环玺琼珑产苏宁亩毕画异当疮疗发尽监\
    盘卢荡众蒙朱硕确码砖础矿禄礼种称谷积稳获窝穷窦竞笔个节范筑简签帘筹签粤粮团纪红纯纸纺终组结绝络给统经\
    综绿维网绵紧绪线缔缘编练县缩总绩缪织绕绣绘系继缤续缆坛罗义习圣闻联聪声聂职听肃脉修脑肠胶临台与兴举旧\
    荆庄茎华烟莱万叶药苍席盖莲参蒋葱荡萧姜荐蓝艺药芦苏苹兰萝处虏号亏蚁术胡卫冲补装里复摆衬袭规视亲觉览观\
    触计讯讨训托记访设许诉诊证评词询试诗话该详认语诚误说课谊调谈请论谐咨诸诺谋谦讲谢谨证识谭谱毁译议护变\
    让赞岂丰贝负财贡货贩贯责贮贵买贷费贴贸贺赁资贾宾赐赏贤卖贱赋质账赌赖购赛赠赞赢赣赶赵趋践跃车轧轨军软\
    轴较载辅轻辆辉辈轮输转轰办辞农这连周进游运过达违递远适迟迁选遗辽迈还边逻乡邹邬邓郑邻酝医酿钉针钓钥钛\
    铃钻铅银铜铭锐销铝锌锋钢录锤钱锦锡表炼锅锻键针钟锁锤镇镍链镜钟铁铸鉴鉴钥钻长门闪闭开闲闲间闵阁合阀闽\
    阅阎阙关阚陕阵阴陈陆阳队阶际随险隐陇虽双杂鸡难云电雾灵静巩秋韦韩响页顶项顺须颂预顿领头频题额颜愿类顾\
    显风台飘飞饮饲饱饰养余馆饶马驭冯驰驻驾驶骆骏骑腾驱骄验惊驿体发胡须郁鱼鲁鲍鲜鳌鸟凤鸣鸿鹅鹏鹤鸥鹰盐丽\
    麦曲面黄点党齐斋龄出龙庞龚\
";

static SIMPLIFIED_OF: LazyLock<Vec<(char, char)>> =
    LazyLock::new(|| TRADITIONAL.chars().zip(SIMPLIFIED.chars()).collect());

/// The simplified form of a character.
fn simplified(c: char) -> char {
    let table = &*SIMPLIFIED_OF;
    table.binary_search_by_key(&c, |(traditional, _)| *traditional).map_or(c, |at| table[at].1)
}

/// The key of a firm's name.
pub fn firm_key(name: &str) -> String {
    let kept = fold(name).chars().filter(|c| c.is_alphanumeric()).map(simplified).collect::<String>();
    let mut key = kept.to_uppercase();
    while let Some((form, short)) = FORMS.iter().find(|(form, _)| key.contains(form)) {
        key = key.replace(form, short);
    }
    while let Some(rest) = ENDINGS.iter().find_map(|ending| key.strip_suffix(ending)) {
        // A name of nothing but a legal form stays, or all of them would be one.
        if rest.is_empty() || key.ends_with(BRANCH) {
            break;
        }
        key.truncate(rest.len());
    }
    key
}

/// How alike two keys are, in hundredths, rounded down: twice the pairs of neighbouring characters that both have, over
/// all pairs (Dice). 100 for equal keys only if they have at least two characters.
pub fn likeness_percent(one: &str, other: &str) -> u32 {
    let (one, other) = (pairs(one), pairs(other));
    let all = one.len() + other.len();
    let (mut a, mut b, mut common) = (0, 0, 0);
    while a < one.len() && b < other.len() {
        match one[a].cmp(&other[b]) {
            std::cmp::Ordering::Less => a += 1,
            std::cmp::Ordering::Greater => b += 1,
            std::cmp::Ordering::Equal => {
                common += 1;
                a += 1;
                b += 1;
            }
        }
    }
    usize::checked_div(200 * common, all).unwrap_or(0) as u32
}

/// Neighbouring characters, sorted.
fn pairs(key: &str) -> Vec<(char, char)> {
    let mut pairs: Vec<(char, char)> = key.chars().zip(key.chars().skip(1)).collect();
    pairs.sort_unstable();
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_have_one_key() {
        for (name, key) in [
            ("海南甲建设有限公司", "海南甲建设"),
            ("海南甲建设有限责任公司", "海南甲建设"),
            ("海南甲建设股份有限公司", "海南甲建设"),
            ("海南甲建设（集团）有限公司", "海南甲建设"),
            ("海南甲建设(集团)股份有限公司", "海南甲建设"),
            ("海南甲建设集团", "海南甲建设"),
            ("海 南甲　建设【有限】公司", "海南甲建设"),
            ("海南甲建設（集團）股份有限公司", "海南甲建设"),
            ("臺灣華聯電機有限公司", "台湾华联电机"),
            ("ＡＢＣ·电气(中国)有限公司", "ABC电气中国"),
            ("abc电气（中国）有限公司", "ABC电气中国"),
            ("海南甲建设有限公司海口分公司", "海南甲建设公司海口分公司"),
            ("海南甲建设集团有限责任公司海口分公司", "海南甲建设公司海口分公司"),
            ("有限公司", "公司"),
            ("", ""),
        ] {
            assert_eq!(firm_key(name), key, "{name}");
            assert_eq!(firm_key(key), key, "again: {name}");
        }
        assert_ne!(firm_key("海南甲建设有限公司"), firm_key("海南乙建设有限公司"));
    }

    #[test]
    fn the_table_is_sorted_and_folds_once() {
        assert_eq!(TRADITIONAL.chars().count(), SIMPLIFIED.chars().count());
        assert!(SIMPLIFIED_OF.is_sorted_by(|a, b| a.0 < b.0));
        assert!(SIMPLIFIED.chars().all(|c| simplified(c) == c));
    }

    #[test]
    fn likeness_is_that_of_neighbouring_characters() {
        for (one, other, percent) in [
            ("海南甲建设", "海南甲建设", 100),
            ("海南甲建设", "海南甲建筑", 75),
            ("海南恒川市政工程", "海南恒川市政建设", 71),
            ("海南恒川市政园林工程", "海南恒川市政园林工程咨询", 90),
            ("甲乙", "丙丁", 0),
            ("甲", "甲", 0),
            ("", "", 0),
        ] {
            assert_eq!(likeness_percent(one, other), percent, "{one} {other}");
            assert_eq!(likeness_percent(other, one), percent, "{other} {one}");
        }
    }
}
