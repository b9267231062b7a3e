"""Themes are counted where they are named."""

from nlp_cx.histogram import Scale
from nlp_cx.journey import MAX_PLACES, JourneyTable

NPS = Scale("nps", 0, 10)


def test_a_cell_counts_comments_judgements_and_scores():
    """Two of three comments at delivery name it, one of their scores is 0 and one 10."""
    table = JourneyTable("stage")
    table.add_comment("delivery", {"delivery": "negative"}, "negative")
    table.add_comment("delivery", {"delivery": "positive", "staff": "positive"}, "positive")
    table.add_comment("delivery", {}, None)
    table.add_response("delivery", {NPS: 0}, ["delivery"])
    table.add_response("delivery", {NPS: 10}, ["delivery", "staff"])
    journey = table.build()
    cell = journey.cell("delivery", "delivery")

    assert (cell.share.count, cell.share.n, cell.net_sentiment) == (2, 3, 0)
    assert (cell.scores[0].value, cell.scores[0].n) == (0, 2)
    assert journey.cell("delivery", "staff").scores[0].value == 100
    assert journey.cell("delivery", "price") is None
    assert dict(journey.places[0].sentiment) == {"negative": 1, "neutral": 0, "positive": 1}


def test_stages_stand_in_the_order_of_the_journey():
    """Whatever came first and most often; unknown names after them by number of comments."""
    table = JourneyTable("stage")
    for place, times in (("Hậu mãi", 3), ("zzz", 1), ("yyy", 2), ("Mua hàng", 1), ("Giao hàng", 5)):
        for _ in range(times):
            table.add_comment(place, {}, None)

    assert [place.name for place in table.build().places] == ["Mua hàng", "Giao hàng", "Hậu mãi", "yyy", "zzz"]


def test_too_many_places_are_counted_together():
    """Phone numbers as a segment do not fill the memory."""
    table = JourneyTable("segment:phone")
    for at in range(MAX_PLACES + 50):
        table.add_comment(str(at), {}, None)
    places = table.build().places

    assert len(places) == MAX_PLACES + 1
    assert (places[-1].name, places[-1].comments) == (None, 50)


def test_a_place_with_scores_only_is_left_out():
    """Nobody wrote there."""
    table = JourneyTable("touchpoint")
    table.add_response("app", {NPS: 3}, [])

    assert table.build().places == ()
    assert table.build().to_dict()["cells"] == []
