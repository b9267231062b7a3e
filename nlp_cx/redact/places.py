"""Words that addresses and names are made of: families, streets, districts, cities, and what only looks like them.

All are folded (plain letters, lower case) but for the sets whose names say `WRITTEN`; patterns have `|` between words.
"""

from __future__ import annotations

from nlp_cx.redact.view import fold, vocabulary

WRITTEN_FAMILIES = vocabulary("""
    nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đinh trương đoàn đào lâm mai trịnh tô cao tạ
    hà lương lưu châu tăng tôn phùng quách vương kiều doãn khuất nghiêm
""")
"""Vietnamese family names, which also begin the names of most streets."""
FAMILIES = frozenset(map(fold, WRITTEN_FAMILIES))
"""The same, typed without diacritics."""
CLEAR_FAMILIES = vocabulary("""
    nguyễn trần phạm hoàng huỳnh trương lê nguyen tran pham hoang huynh truong
""")
"""Those that are hardly anything else in lower case, unless one of these begins there:"""
COMMON_WORDS = "pham (?:tru|vi|loi|luat|nhan)|tran (?:nha|dau|ngap|bong)|hoang (?:hon|gia|tu)|le (?:te|tan|hoi)"

STREETS = """lang(?: ha)?|kim (?:ma|nguu|giang)|cau giay|xuan (?:thuy|dinh|la)|hang [a-z]+|ba trieu|hai ba|dien bien
    |cach mang|cmt ?8|quang trung|truong (?:chinh|sa|dinh)|giai phong|tay son|thai (?:ha|thinh|phien|van)|doi can
    |pho hue|au co|an duong|lac long|hung vuong|bach dang|dong khoi|chua (?:boc|lang)|minh khai|kham thien
    |dai (?:co|la)|ngoc (?:ha|khanh)|van (?:phuc|cao)|thanh thai|cong quynh|thuy khue|lo duc|ma may|trang tien
    |cat linh|pasteur|nam ky|quan thanh|xa dan|hoa binh|phu(?: my)? hung|khuong (?:trung|dinh|ha)|yen (?:hoa|phu)
    |de tham|tan (?:ky|son|hoa)|bau cat|lac trung|xo viet|3 thang 2|tung thien"""
"""How streets begin that are not named after someone with a family name."""
DISTRICTS = """dong da|ba dinh|hoan kiem|cau giay|thanh xuan|hai ba trung|hoang mai|long bien|tay ho|ha dong
    |(?:nam|bac) tu liem|binh thanh|tan binh|tan phu|phu nhuan|go vap|binh tan|thu duc|ben nghe|ben thanh|hai chau
    |thanh khe|son tra|ngo quyen|hong bang|le chan|ninh kieu|hoc mon|cu chi|nha be|binh chanh|gia lam|dong anh
    |thanh tri"""
CITIES = r"""tp\.? ?hcm|tp\.? ?ho chi minh|hcmc?|ho chi minh(?: city)?|sai gon|sg|ha noi|hanoi|hn|da nang|can tho
    |hai phong|hue|nha trang|bien hoa|thu duc|da lat|vung tau|quy nhon|viet nam|vietnam|vn|thai lan|han quoc|hong kong
    |(?:tinh )?(?:binh duong|dong nai|long an|khanh hoa|quang (?:nam|ninh|ngai|binh|tri)|bac ninh|bac giang|hai duong
    |hung yen|nam dinh|thai (?:binh|nguyen)|thanh hoa|nghe an|lam dong|da[ck] ?la[ck]|gia lai|tien giang|an giang
    |kien giang|ha (?:nam|giang|tinh|lan|tay)|cao bang|lai chau)"""

WRITTEN_ADDRESS = vocabulary("""
    số nhà ở tại đến tới về địa chỉ đ/c đc của mình tôi chị giao hàng nhận là căn hộ đường đuờng đưòng đg đ. phố ngõ
    ngách hẻm hẽm kiệt phường phừơng quận huyện xã thị trấn thành tỉnh tòa toà lô tổ khu ấp thôn xóm đội cụm tầng lầu
    chung cư đô ký túc xá đại lộ quốc
""")
"""How the words of an address are spelt; look-alikes such as quán or phở are other words."""
UNITS = r"""phuong(?= (?!quan|phuong|[pq]\b)(?:\d|(?-i:[A-Z])))|quan|huyen|xa(?! dan)|thi (?:xa|tran)|thanh pho|tp
    |tphcm|hcm|tinh(?= (?-i:[A-Z]))|p|q|h|ward|district|city|hem|viet nam|vn|khu"""
"""What ends the name of a street; "Phương" in a name is no ward."""
CUES = """o|tai|nha(?: (?:minh|em|toi|anh|chi))?|den|toi|ve|(?<!hom )qua|ship|giao|at|dc|can ho|can
    |(?:deliver(?:ed|y)?|shipped|sent) to"""
"""What often stands before an address; these all but announce one:"""
STRONG_CUES = """dia chi(?: nha| giao(?: hang)?| nhan(?: hang)?| cua (?:minh|toi|em))?(?: la| o)?|d/c|address(?: is)?
    |add"""
NOT_HOUSE_NUMBER = "(?:ti|ty|con|trong|he|ma|thong|da|tham|chi|doanh|mot|bien|km|vot|thu|duong) so"
"""Where "số" speaks of something else: a score, a figure, a code, a numbered street."""
COUNTED_BEFORE = """quan|q|phuong|p|quoc lo|ql|tinh lo|tl|lo|duong(?: so)?|pho|nga|thang|thg|ngay|nam|luc|phut|size
    |tang|lau|lan|cap|loai|top|hang|khu|diem|cham|khoa|phong|ban|xe|tuyen|ca|combo|mua|chuong|tap|phan|bai|giai|hem
    |ngo|ngach|kiet|room|floor|version|cua hang|showroom|store|shop|nha hang|khach san|tgdd|dmx"""
"""What makes the number behind it something else, unless a whole address follows."""
BRANCHES = "(?:chi nhanh|cn|pgd|phong giao dich|sieu thi|branch)(?: so| o| tai)?"
"""The company's own houses are nobody's address."""
MEASURES = vocabulary("""
    ngay dem gio phut thang nam lan nguoi sao diem cai chiec hop chai ly coc to dia suat mon bo doi goi con tang lau
    tuoi trieu nghin dong phan lit met phong ban ve tieng tuan buoi the best top game day days night nights hour hours
    minute minutes people star stars point points
""")
"""What is counted rather than lived in."""
