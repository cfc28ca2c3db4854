# SPDX-License-Identifier: GPL-3.0-or-later
"""The words by which mail programs and help desks mark what they add: attributions, header blocks, footers.

They are data, one language after another, and each is what some client or relay of that language writes. A word
alone never decides: `gateway.mail.marks` asks for a date, an address, a neighbour as well.

Patterns that are looked for in whole paragraphs are RE2's: an alternation of fifty beginnings costs `re` 290 µs for 400
characters, and RE2 3.
"""

from __future__ import annotations

import re

import re2

# "… wrote:" as clients put it above a quotation.
_WROTE = (
    "wrote", "writes", "said",  # English
    "schrieb", "hat geschrieben", "geschrieben",  # German
    "a écrit", "a ecrit", "écrit", "écrivait",  # French
    "escribió", "escribio", "escribiste",  # Spanish
    "ha scritto", "scrive", "scritto",  # Italian
    "escreveu", "escreveram",  # Portuguese
    "schreef", "heeft geschreven",  # Dutch
    "skrev", "skrev följande", "skrev følgende",  # Swedish, Danish, Norwegian
    "kirjoitti",  # Finnish
    "kirjutas",  # Estonian
    "napisał", "napisała", "napisał(a)", "pisze",  # Polish
    "napsal", "napsala", "napsal(a)",  # Czech
    "napísal", "napísala", "napísal(a)",  # Slovak
    "написал", "написала", "написал(а)", "пишет", "писал", "писал(а)",  # Russian
    "написав", "написала", "написав(-ла)", "пише",  # Ukrainian
    "написа", "писа",  # Bulgarian
    "yazdı", "şunu yazdı", "şunları yazdı",  # Turkish
    "έγραψε", "έγραψε τα εξής",  # Greek
    "írta", "ezt írta", "a következőt írta",  # Hungarian
    "a scris", "scrie",  # Romanian
    "je napisao", "je napisala", "je napisao/la", "napisao je",  # Croatian, Serbian
    "je napisal", "je napisala",  # Slovenian
    "va escriure", "ha escrit",  # Catalan
    "rašė", "rakstīja",  # Lithuanian, Latvian
    "đã viết", "viết",  # Vietnamese
    "menulis",  # Indonesian
    "写道", "寫道", "写到", "書きました", "さんは書きました", "のメール", "wrote",  # Chinese, Japanese
    "작성", "님이 작성", "님이 씀",  # Korean
    "כתב", "כתבה", "כתב/ה", "كتب",  # Hebrew, Arabic
)  # fmt: skip

_verbs = "|".join(sorted({re.escape(verb) for verb in _WROTE}, key=len, reverse=True))
# The verb stands at the end ("… wrote:"), or a name follows it ("… schrieb Anna Beispiel <anna@…>:").
# A letter stands neither before nor behind the verb.
WROTE = re2.compile(rf"(?i)(?:^|[^\pL])(?:{_verbs})(?:[^\pL]|$)")

# Names of header fields as clients translate them, by what they are.
_HEADER_FIELDS = {
    "from": (
        "from von de da van från fra lähettäjä od от від kimden gönderen feladó expeditor remitente di mittente"
        " expéditeur"
        " absender afzender remetente nadawca odesílatel odosielateľ отправитель αποστολέας"
        " από 发件人 寄件者 差出人 보낸사람"
        " 보낸 מאת من dari"
    ),
    "date": (
        "date sent datum gesendet envoyé enviado fecha data inviato verzonden skickat sendt lähetetty"
        " päivämäärä päiväys"
        " wysłano odesláno odoslané дата отправлено надіслано dátum elküldve trimis tarih gönderildi gönderilme"
        " envoyée"
        " ημερομηνία στάλθηκε 发送时间 日期 寄件日期 送信日時 日時 날짜 보낸날짜 תאריך נשלח التاريخ dikirim dato datei"
    ),
    "to": (
        "to an à a para aan till til vastaanottaja do komu кому kime alıcı címzett către destinatario empfänger"
        " destinataire per naar προς 收件人 宛先 받는사람 받는 אל إلى kepada pour"
    ),
    "subject": (
        "subject betreff objet asunto oggetto assunto onderwerp ämne emne aihe temat předmět predmet тема konu tárgy"
        " subiect θέμα 主题 主旨 主題 件名 제목 נושא الموضوع sujet subjek betrifft"
    ),
    "other": (
        "message cc kopie kopia kopi copie copia cópia kopio dw kopija копия копія bilgi másolatot 抄送"
        " 副本 참조 reply-to answer"
        " organization priority importance wichtigkeit attachments anlagen resent-from bcc"
    ),
}
HEADER_WORDS = {word: group for group, words in _HEADER_FIELDS.items() for word in words.split()}

# Lines that stand alone above an earlier message.
SEPARATORS = frozenset(
    {
        "original message", "original e-mail", "original email", "reply message", "reply separator",
        "replied message",
        "forwarded message", "begin forwarded message", "begin forwarded mail", "forwarded by",
        "start forwarded message",
        "ursprüngliche nachricht", "originalnachricht", "original-nachricht", "weitergeleitete nachricht",
        "anfang der weitergeleiteten nachricht", "ursprüngliche mail",
        "message d'origine", "message original", "message initial", "message transféré", "message transféré de",
        "début du message réexpédié", "début du message transféré", "message d’origine",
        "mensaje original", "mensaje reenviado", "inicio del mensaje reenviado", "mensagem original",
        "mensagem encaminhada", "início da mensagem reencaminhada", "messaggio originale", "messaggio inoltrato",
        "inizio messaggio inoltrato", "oorspronkelijk bericht", "oorspronkelijke bericht", "doorgestuurd bericht",
        "begin doorgestuurd bericht", "ursprungligt meddelande", "vidarebefordrat meddelande",
        "oprindelig meddelelse", "oprindelig besked", "videresendt meddelelse", "opprinnelig melding",
        "videresendt melding", "alkuperäinen viesti", "edelleenlähetetty viesti", "välitetty viesti",
        "wiadomość oryginalna", "oryginalna wiadomość", "wiadomość przekazana dalej", "původní zpráva",
        "přeposlaná zpráva", "pôvodná správa", "исходное сообщение", "пересылаемое сообщение",
        "пересланное сообщение", "первоначальное сообщение", "оригінальне повідомлення", "orijinal mesaj",
        "özgün ileti", "iletilen mesaj", "eredeti üzenet", "továbbított üzenet", "mesaj original",
        "αρχικό μήνυμα", "originalmelding", "原始邮件", "原始郵件", "转发邮件", "元のメッセージ", "원본 메시지",
        "original appointment", "original meeting",
    }
)  # fmt: skip

# One of these is in each of its wordings.
HELP_DESK_WORDS = ("##", "this line", "the line", " zeile", " ligne", " línea", " riga", " linea", " regel", " lijn")
# Help desks put one of these above the thread: what is below it is never new.
HELP_DESK = re2.compile(
    r"(?i)#{2,}\s*-|\b(?:please )?(?:type|enter|write|add) (?:your )?(?:reply|response|answer"
    r"|comment)s? above (?:this|the) line"
    r"|\breply above this line|\bdo not (?:write|type|reply) below (?:this|the) line"
    r"|(?:antwort|antworten) (?:bitte )?(?:über|oberhalb) (?:dieser|diese) zeile"
    r"|(?:répondre|réponse) au-dessus de cette ligne|(?:responda|escriba su respuesta) por encima de esta línea"
    r"|(?:rispondi|scrivi) (?:la risposta )?sopra questa (?:riga|linea)|typ (?:je"
    r"|uw) antwoord boven deze (?:regel|lijn)"
)
