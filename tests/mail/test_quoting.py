# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose each line is: what mail programs, phones, help desks and lawyers add around what somebody wrote."""

from __future__ import annotations

import pytest

from gateway.mail.read import read
from gateway.mail.reply import Reply


def of_plain(text: str) -> Reply:
    return read(f"From: ida@desk.example\nContent-Type: text/plain; charset=utf-8\n\n{text}".encode())


def of_html(markup: str) -> Reply:
    return read(f"From: ida@desk.example\nContent-Type: text/html; charset=utf-8\n\n{markup}".encode())


ATTRIBUTIONS = [
    "On Mon, 3 Mar 2025 at 09:12, Tom Quill <tom@customer.example> wrote:",
    "Am Mo., 3. März 2025 um 09:12 Uhr schrieb Tom Quill <tom@customer.example>:",
    "Le lun. 3 mars 2025 à 09:12, Tom Quill <tom@customer.example> a écrit :",
    "El lun, 3 mar 2025 a las 9:12, Tom Quill (<tom@customer.example>) escribió:",
    "Il giorno lun 3 mar 2025 alle ore 09:12 Tom Quill <tom@customer.example> ha scritto:",
    "Em seg., 3 de mar. de 2025 às 09:12, Tom Quill <tom@customer.example> escreveu:",
    "Op ma 3 mrt 2025 om 09:12 schreef Tom Quill <tom@customer.example>:",
    "Den mån 3 mars 2025 kl 09:12 skrev Tom Quill <tom@customer.example>:",
    "Den man. 3. mar. 2025 kl. 09.12 skrev Tom Quill <tom@customer.example>:",
    "ma 3. maalisk. 2025 klo 9.12 Tom Quill <tom@customer.example> kirjoitti:",
    "pon., 3 mar 2025 o 09:12 Tom Quill <tom@customer.example> napisał(a):",
    "po 3. 3. 2025 v 9:12 odesílatel Tom Quill <tom@customer.example> napsal:",
    "пн, 3 мар. 2025 г. в 09:12, Tom Quill <tom@customer.example>:",
    "Tom Quill <tom@customer.example>, 3 Mar 2025 Pzt, 09:12 tarihinde şunu yazdı:",
    "Tom Quill <tom@customer.example> ezt írta (időpont: 2025. márc. 3., H, 9:12):",
    "În lun., 3 mar. 2025 la 09:12, Tom Quill <tom@customer.example> a scris:",
    "Tom Quill <tom@customer.example> 于2025年3月3日周一 09:12写道：",
    "2025年3月3日(月) 9:12 Tom Quill <tom@customer.example>:",
    "2025년 3월 3일 (월) 오전 9:12, Tom Quill <tom@customer.example>님이 작성:",
    "Vào Th 2, 3 thg 3, 2025 vào lúc 09:12 Tom Quill <tom@customer.example> đã viết:",
    '03.03.2025, 09:12, "Tom Quill" <tom@customer.example>:',
]  # fmt: skip


@pytest.mark.parametrize("line", ATTRIBUTIONS)
@pytest.mark.parametrize("mark", ["> ", ""])
def test_attributions_in_many_languages_part_the_reply_from_the_quotation(line: str, mark: str) -> None:
    reply = of_plain(f"The lamp is on its way.\n\n{line}\n\n{mark}It never came.\n{mark}Tom\n")
    assert reply.authored == "The lamp is on its way."
    assert reply.customer == "It never came.\nTom"
    assert reply.confidence > 0.6


def test_an_attribution_that_a_program_wrapped_is_whole() -> None:
    reply = of_plain(
        "Done.\n\nOn Monday, 3 March 2025 at 09:12, Tom Quill\n<tom@customer.example>\nwrote:\n\n> Is it?\n"
    )
    assert reply.authored == "Done."


BLOCKS = [
    ("From", "Sent", "To", "Subject"),
    ("Von", "Gesendet", "An", "Betreff"),
    ("De", "Envoyé", "À", "Objet"),
    ("De", "Enviado el", "Para", "Asunto"),
    ("Da", "Inviato", "A", "Oggetto"),
    ("Van", "Verzonden", "Aan", "Onderwerp"),
    ("Från", "Skickat", "Till", "Ämne"),
    ("Fra", "Sendt", "Til", "Emne"),
    ("Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"),
    ("Od", "Wysłano", "Do", "Temat"),
    ("От", "Отправлено", "Кому", "Тема"),
    ("发件人", "发送时间", "收件人", "主题"),
]


@pytest.mark.parametrize("names", BLOCKS)
@pytest.mark.parametrize("above", ["", "________________________________\n", "-----Original Message-----\n"])
def test_outlooks_header_block_parts_them_too(names: tuple[str, ...], above: str) -> None:
    from_, sent, to, subject = names
    block = f"{from_}: Tom Quill <tom@customer.example>\n{sent}: 3 March 2025 09:12\n{to}: Ida\n{subject}: Lamp\n"
    reply = of_plain(f"It is on its way.\n\n{above}{block}\nIt never came.\n")
    assert reply.authored == "It is on its way."
    assert reply.customer == "It never came."


def test_answers_between_quoted_lines_are_authored() -> None:
    reply = of_plain("On 3 Mar 2025, Tom <tom@c.example> wrote:\n> Is it on?\nYes.\n> And free?\nFor you, yes.\n")
    assert reply.authored == "Yes.\nFor you, yes."
    assert reply.customer == "Is it on?\nAnd free?"


def test_an_answer_below_the_quotation_is_authored() -> None:
    assert of_plain("On 3 Mar 2025, Tom <tom@c.example> wrote:\n> Is it on?\n\nIt is.\n").authored == "It is."


def test_words_that_only_look_like_a_mark_stay_the_authors() -> None:
    text = (
        "On Monday you wrote:\n\n“It never came.”\n\nFrom: our database we see it did.\n\n"
        "On the other hand, nobody wrote that down at 10:30 in the log:\nso it may be wrong."
    )
    assert of_plain(text).authored == text


HTML = {
    "Gmail": '<div>Answer.</div><div class="gmail_quote"><div class="gmail_attr">3 Mar 2025, Tom:<br></div>'
    '<blockquote class="gmail_quote">Question?</blockquote></div>',
    "Gmail, in a language we do not know": '<div>Answer.</div><div class="gmail_quote">Xyz abc:'
    '<blockquote class="gmail_quote">Question?</blockquote></div>',
    "Yahoo": '<div>Answer.</div><div class="yahoo_quoted"><div>Question?</div></div>',
    "Apple Mail": '<div>Answer.</div><div><blockquote type="cite"><div>On 3 Mar 2025, at 09:12, Tom'
    " &lt;tom@c.example&gt; "
    "wrote:</div><br><div>Question?</div></blockquote></div>",
    "Outlook on the web": '<div>Answer.</div><hr><div id="divRplyFwdMsg"><b>From:</b> Tom<br><b>Sent:</b> 3 March 2025'
    "<br><b>To:</b> Ida<br><b>Subject:</b> Lamp</div><div>Question?</div>",
    "Outlook": '<p class="MsoNormal">Answer.</p><div style="border-top:solid #E1E1E1 1.0pt"><p'
    ' class="MsoNormal"><b>From:'
    "</b> Tom &lt;tom@c.example&gt;<br><b>Sent:</b> 3 March 2025 09:12<br><b>To:</b> Ida<br><b>Subject:</b>"
    " Lamp</p></div>"
    '<p class="MsoNormal">Question?</p>',
    "Thunderbird": '<p>Answer.</p><div class="moz-cite-prefix">On 3/3/25 09:12, Tom wrote:<br></div>'
    '<blockquote type="cite"><p>Question?</p></blockquote>',
    "ProtonMail": '<div>Answer.</div><div class="protonmail_quote">On Monday, Tom'
    " wrote:<blockquote>Question?</blockquote></div>",
    "GMX": '<div>Answer.</div><div name="quote"><b>Gesendet:</b> Montag<br>Question?</div>',
}


@pytest.mark.parametrize("client", HTML)
def test_what_a_mail_client_quotes_in_its_html_is_quoted(client: str) -> None:
    reply = of_html(HTML[client])
    assert reply.authored == "Answer."
    assert "Question?" in reply.quoted


def test_an_answer_typed_into_gmails_quotation_is_authored() -> None:
    markup = (
        '<div class="gmail_quote"><div class="gmail_attr">On 3 Mar 2025, Tom &lt;tom@c.example&gt; wrote:<br></div>'
        '<blockquote class="gmail_quote">Is it on?</blockquote><div>Yes.</div><blockquote'
        ' class="gmail_quote">And free?'
        "</blockquote></div>"
    )
    assert of_html(markup).authored == "Yes."


def test_an_indentation_is_no_quotation() -> None:
    markup = (
        '<p>Do this:</p><blockquote style="margin:0 0 0 40px;border:none;padding:0px">Press both keys.</blockquote>'
    )
    assert "Press both keys." in of_html(markup).authored


def test_hidden_text_is_not_read() -> None:
    markup = '<div style="display:none">You fool.</div><span style="font-size:0">Really.</span><p>All is well.</p>'
    assert of_html(markup).authored == "All is well."


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone",
        "Sent from my iPhone, please excuse typos",
        "Get Outlook for iOS<https://aka.example/x>",
        "Von meinem iPhone gesendet",
        "Gesendet mit der GMX Mail App",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "Verzonden vanaf mijn iPhone",
    ],
)
def test_a_phones_own_line_is_no_text_of_the_authors(line: str) -> None:
    reply = of_plain(f"It is on.\n\n{line}\n")
    assert (reply.authored, reply.signature) == ("It is on.", line)


def test_sent_from_in_a_sentence_is() -> None:
    text = "It is on.\n\nSent from our depot, it takes two days."
    assert of_plain(text).authored == text


def test_signature_disclaimer_and_banner_are_told_apart() -> None:
    reply = of_plain(
        "CAUTION: This email came from an external sender.\n\nIt is on.\n\nKind regards\nIda\n\n-- \nIda Norberg\n"
        "ida@desk.example\n\nThis message is confidential and intended only for the addressee.\n"
    )
    assert reply.authored == "It is on.\n\nKind regards\nIda"
    assert reply.signature == "--\nIda Norberg\nida@desk.example"
    assert "confidential" in reply.boilerplate
    assert "CAUTION" in reply.boilerplate


def test_a_long_signature_below_a_closing_and_a_line_is_one() -> None:
    reply = of_plain(
        "The lamp left our depot this morning.\n\nThanks,\n__________\nIda Norberg\nHead of lamps\nDesk Example\n"
        "Long Lane 5\nDirect: +46 8 555 01 23\n__________\nOut of hours, write to the duty desk.\nDo say which lamp.\n"
    )
    assert reply.authored == "The lamp left our depot this morning.\n\nThanks,"
    assert "duty desk" in reply.signature


def test_a_help_desks_delimiter_ends_the_reply() -> None:
    reply = of_plain("It is on.\n\n##- Please type your reply above this line -##\n\nTom: It never came.\n")
    assert reply.authored == "It is on."
    assert "never came" in reply.quoted


def test_our_own_earlier_message_is_not_the_customers() -> None:
    reply = of_plain(
        "One more thing.\n\nOn 4 Mar 2025 at 10:00, Ida <ida@desk.example> wrote:\n> It is on its way.\n>\n"
        "> On 3 Mar 2025 at 09:12, Tom <tom@customer.example> wrote:\n> > It never came.\n"
    )
    assert reply.authored == "One more thing."
    assert reply.customer == "It never came."


def test_a_wrapped_quotations_last_words_are_quoted() -> None:
    reply = of_plain(
        "> The lamp that I ordered three weeks ago for the hall of my mother has\nnot come\n> so far.\n\nIt"
        " is on its way.\n"
    )
    assert reply.authored == "It is on its way."


def test_a_python_prompt_is_no_quotation() -> None:
    text = "Try this:\n\n>>> import lamp\n>>> lamp.on()"
    assert of_plain(text).authored == text


def test_a_forward_without_a_word_has_nothing_authored() -> None:
    reply = of_plain(
        "---------- Forwarded message ----------\nFrom: Tom <t@c.example>\nDate: 3 Mar 2025\nSubject: x\n\nHelp.\n"
    )
    assert reply.authored == ""
    assert "Help." in reply.quoted
