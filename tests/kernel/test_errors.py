import pytest
from django.core.exceptions import ValidationError

from kodipest.kernel.errors import Refusal


def test_a_refusal_is_shown_by_forms_and_read_by_programs():
    refusal = Refusal("Upload the file first.", code="file_missing")

    assert isinstance(refusal, ValidationError)
    assert refusal.codes == ["file_missing"]
    assert refusal.messages == ["Upload the file first."]


def test_codes_of_a_list_stand_in_its_order():
    refusal = Refusal([Refusal("b", code="second"), Refusal("a", code="first")])

    assert refusal.codes == ["second", "first"]


def test_codes_of_fields_are_listed_too():
    refusal = Refusal({"title": Refusal("Give it a title.", code="title_missing")})

    assert refusal.codes == ["title_missing"]
    assert refusal.message_dict == {"title": ["Give it a title."]}


def test_a_refusal_without_a_code_says_none():
    with pytest.raises(Refusal) as caught:
        raise Refusal("No.")

    assert caught.value.codes == ["None"]
