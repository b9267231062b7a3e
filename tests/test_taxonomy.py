"""Sixteen themes, named in both languages."""

from __future__ import annotations

from nlp_cx.taxonomy import load_taxonomy


def test_sixteen_themes_have_names_and_definitions_in_both_languages():
    themes = load_taxonomy().themes
    assert len({theme.id for theme in themes}) == 16
    assert all(theme.name[code] and theme.definition[code] for theme in themes for code in ("vi", "en"))


def test_only_the_overall_judgement_is_no_driver():
    assert [theme.id for theme in load_taxonomy().themes if not theme.driver] == ["overall"]


def test_a_theme_of_another_version_keeps_its_id_as_name():
    assert load_taxonomy().name("teleportation", "vi") == "teleportation"
