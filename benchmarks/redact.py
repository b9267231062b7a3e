"""How fast personal data is taken out and how much of it, beside Presidio's pattern recognisers if installed.

Comments are written for this project; one in ten holds personal data, and most others have a number or a link that must
stay, so there is more to look at than in a survey. Time is processor time, so that a busy machine counts less. Presidio
runs its recognisers for phones (regions VN, US, GB), e-mail, links, cards and IBANs alone, without a language model;
kinds that it has none for (addresses, identity papers, accounts in context) count as missed: they would leak.

Run: python benchmarks/redact.py [--rows 10000]; Presidio: pip install presidio-analyzer
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median

from rich.console import Console
from rich.table import Table

from nlp_cx.alignment import Aligned
from nlp_cx.redact import Redactor

Span = tuple[int, int]
Find = Callable[[str], list[Span]]

PERSONAL = (
    ("Gọi em theo số 0912 345 678 nhé shop", "0912 345 678"),
    ("sđt 0987.654.321, giao giờ hành chính", "0987.654.321"),
    ("alo 0 9 1 2 3 4 5 6 7 8 không ai nghe", "0 9 1 2 3 4 5 6 7 8"),
    ("My number is +44 20 7946 0958, call me back", "+44 20 7946 0958"),
    ("Liên hệ lan.nguyen@example.com để đổi hàng", "lan.nguyen@example.com"),
    ("mail em: lan99 (at) gmail.com", "lan99 (at) gmail.com"),
    ("xem ở facebook.com/lan.nguyen.99 nè", "facebook.com/lan.nguyen.99"),
    ("link đơn: https://shop.vn/track?phone=0912345678", "https://shop.vn/track?phone=0912345678"),
    ("quẹt thẻ 4111 1111 1111 1111 bị lỗi", "4111 1111 1111 1111"),
    ("CCCD 001203012345 của mình bị chụp lại", "001203012345"),
    ("hoàn tiền vào stk 0451000123456 Vietcombank", "0451000123456"),
    ("IBAN GB82 WEST 1234 5698 7654 32, no refund yet", "GB82 WEST 1234 5698 7654 32"),
    ("giao tới số 12 ngõ 34 đường Láng, quận Đống Đa mà lạc", "số 12 ngõ 34 đường Láng, quận Đống Đa"),
    ("ship ve 123/4 nguyen trai p5 q3 giup em", "123/4 nguyen trai p5 q3"),
    ("They left it at 221B Baker Street in the rain", "221B Baker Street"),
)
HARMLESS = (
    "Giao hàng nhanh, đóng gói cẩn thận, sẽ ủng hộ tiếp",
    "Máy dùng 2 tuần đã hỏng pin, gọi 1900 1234 không ai nghe",
    "Giá 1.200.000đ là hợp lý, so với 1.500.000 VND ở chỗ khác",
    "iPhone 15 Pro Max 256GB đẹp, nhưng SM-A515F cũ vẫn tốt hơn",
    "Đặt ngày 12/03/2024 mà 20-03-2024 mới nhận được",
    "Chi nhánh Lê Lợi phục vụ chậm hơn chi nhánh quận 7",
    "Nhân viên dễ thương, cho 5 sao, 10/10 luôn",
    "Phòng 302 sạch sẽ, bữa sáng từ 6:30 đến 10:00",
    "Great staff and a lovely breakfast, will come again",
    "The app is slow since version 10.0.14393 and crashes 3 times a day",
    "khong hai long lam, giao tre 6 ngay ma khong mot loi xin loi",
    "Xem thêm tại https://shop.vn, combo 3 hộp giá 99k",
    "Nhà hàng nằm ở trung tâm, đi bộ 5 phút ra biển",
    "Trà sữa 50 đường 50 đá vẫn quá ngọt",
    "Chuyến VN123 trễ 2 tiếng, sân bay không có thông báo",
)


def comments(rows: int) -> list[str]:
    """Repeat the comments, one personal to nine harmless ones; a word makes each row differ."""
    mix = [
        PERSONAL[row // 10 % len(PERSONAL)][0] if row % 10 == 0 else HARMLESS[row % len(HARMLESS)]
        for row in range(rows)
    ]
    return [f"{text} {'ok ' * (row % 7)}".strip() for row, text in enumerate(mix)]


def ours() -> Find:
    """Give nlp_cx's redactor."""
    redactor = Redactor()
    return lambda text: [(item.start, item.end) for item in redactor(Aligned.of(text))[1]]


def presidio() -> Find | None:
    """Give Presidio's pattern recognisers, None when they are not installed."""
    try:
        from presidio_analyzer import predefined_recognizers as ready
    except ImportError:
        return None
    recognisers = [
        ready.PhoneRecognizer(supported_regions=("VN", "US", "GB")),
        ready.EmailRecognizer(),
        ready.UrlRecognizer(),
        ready.CreditCardRecognizer(),
        ready.IbanRecognizer(),
    ]

    def find(text: str) -> list[Span]:
        return [
            (result.start, result.end)
            for recogniser in recognisers
            for result in recogniser.analyze(text, recogniser.supported_entities, None) or []
        ]

    return find


def covered(find: Find) -> int:
    """Count the planted pieces that are found from their first to their last letter."""
    count = 0
    for text, piece in PERSONAL:
        start = text.index(piece)
        found = {place for low, high in find(text) for place in range(low, high)}
        count += found.issuperset(range(start, start + len(piece)))
    return count


def rate(find: Find, texts: list[str]) -> float:
    """Comments per second on one core, median of three runs."""
    find(texts[0])
    seconds = []
    for _ in range(3):
        started = time.process_time()
        for text in texts:
            find(text)
        seconds.append(time.process_time() - started)
    return len(texts) / median(seconds)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    texts = comments(parser.parse_args().rows)
    table = Table("finder", "comments/s", "planted pieces found", "harmless comments touched")
    for name, find, share in (("nlp_cx", ours(), 1), ("Presidio patterns", presidio(), 10)):
        if find is None:
            table.add_row(name, "not installed", "", "")
            continue
        touched = sum(bool(find(text)) for text in HARMLESS)
        table.add_row(
            name,
            f"{rate(find, texts[::share]):,.0f}",
            f"{covered(find)} of {len(PERSONAL)}",
            f"{touched} of {len(HARMLESS)}",
        )
    Console().print(f"{len(texts):,} comments, {sum(map(len, texts)) / len(texts):.0f} characters on average, one core")
    Console().print(table)


if __name__ == "__main__":
    main()
