"""Sentences that hold values are told in the reader's language, and never as HTML of their own."""

from __future__ import annotations

import pytest
from flask import render_template_string

from aquacert.http.sentences import LONGEST, said


@pytest.fixture
def english(app):
    with app.test_request_context("/?lang=en"):
        yield


@pytest.mark.parametrize(
    ("sentence", "english_of_it"),
    [
        ("无 Cq", "No Cq"),
        ("还有 3 孔没有录", "3 wells not entered yet"),
        (
            "仪器 QPCR-02 在 2026-05-09 没有校准记录，请先登记校准。",
            "Instrument QPCR-02 has no calibration on 2026-05-09; register one first.",
        ),
        ("已排复检：各孔 Cq：33.1、34.2", "Retest planned: Cq of the wells: 33.1、34.2"),
        ("各孔 Cq：A1 无、B1 34.2", "Cq of the wells: A1 none, B1 34.2"),
        (
            "每样 2 孔重复，不一致按灰区；弱阳性对照须检出；提取空白须无 Cq",
            (
                "2 wells per sample; grey zone if they disagree; weak positive control detected; "
                "extraction blank without Cq"
            ),
        ),
        (
            "白斑综合征（官方兽医要求）：还没有抽样，请官方兽医到场抽样封样。",
            (
                "White spot disease (asked for by the official vet): "
                "Not yet sampled; ask the official vet to take and seal a sample."
            ),
        ),
        (
            "白斑综合征（官方兽医要求）：11月22日已送往某中心，实验室还没有收样。",
            (
                "White spot disease (asked for by the official vet): "
                "Sent to 某中心 11-22; the laboratory has not received it."
            ),
        ),
        ("这个塘口最多还能报 4.5 万尾。", "This pond can declare at most 45,000 head more."),
        (
            (
                "第 2 个角（32.1, 118.2）经度和纬度写反了。"
                "每行一个角，先经度后纬度，例如 118.801234, 32.061234。"
            ),
            (
                "Corner 2 (32.1, 118.2): Longitude and latitude are the wrong way round. One corner "
                "a line, longitude first, then latitude, for example 118.801234, 32.061234."
            ),
        ),
        (
            "凡纳滨对虾 50 万尾、草鱼 8,000 尾",
            "Whiteleg shrimp 500,000 head, Grass carp 8,000 head",
        ),
        (
            "320682-20261119-001 已受理，请看检疫时间和地点。",
            "320682-20261119-001 Accepted; see time and place of inspection.",
        ),
        ("剩 2 日 21 时", "2 d 21 h left"),
        ("超时 42 分", "42 min over"),
        ("剩 谁也不知道多少", "剩 谁也不知道多少"),
        ("2026-11-20（周五）", "2026-11-20 (Fri)"),
        (
            "2026-11-20（周五），不是周四。请核对日期。",
            "2026-11-20 (Fri), not Thu. Check the date.",
        ),
        (
            "2026-11-25（周三）还没到。要是 2025 年的，请写全：2025-11-25。",
            "2026-11-25 (Wed) has not come yet. If you mean 2025, write it in full: 2025-11-25.",
        ),
        (
            "下午没有 9 点，钟点从 00:00 到 23:59，例如 16:00。",
            "There is no 9 in the afternoon. Hours run from 00:00 to 23:59, for example 16:00.",
        ),
        ("还没有过的一句话", "还没有过的一句话"),
        ("第 2 行：还没有过的一句话", "Line 2: 还没有过的一句话"),
        ("", ""),
        ("34.2", "34.2"),
    ],
)
def test_a_finished_sentence_is_known_by_the_words_around_its_values(
    english, sentence, english_of_it
):
    assert said(sentence) == english_of_it


def test_in_chinese_a_sentence_stays_as_it_is(app):
    with app.test_request_context("/"):
        assert said("还有 3 孔没有录") == "还有 3 孔没有录"


def test_what_a_person_wrote_is_neither_lost_nor_followed_without_end(english):
    nested = "第 2 行：" * (LONGEST // 8)
    assert said(nested).count("2") == LONGEST // 8
    assert said("孔" * 10_000) == "孔" * 10_000


def test_text_from_a_person_is_escaped_and_its_percent_signs_are_text(app):
    with app.test_request_context("/"):
        assert render_template_string("{{ _(x) }}", x="<b>95% 乙醇") == "&lt;b&gt;95% 乙醇"
        assert render_template_string("{{ _('共 %(n)s 份', n=x) }}", x="<b>") == "共 &lt;b&gt; 份"


def test_a_list_is_read_out_with_the_readers_comma(app):
    names = "{{ ['凡纳滨对虾', '草鱼']|join('、') }} {{ _(['草鱼', '某镇']|join('、')) }}"
    with app.test_request_context("/?lang=en"):
        assert render_template_string(names) == "Whiteleg shrimp, Grass carp Grass carp, 某镇"
    with app.test_request_context("/"):
        assert render_template_string(names) == "凡纳滨对虾、草鱼 草鱼、某镇"
