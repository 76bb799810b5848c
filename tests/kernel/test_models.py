from kodipest.kernel.models import Freshness


def test_freshness_names_itself_by_its_number():
    assert str(Freshness(generation=7)) == "7"
