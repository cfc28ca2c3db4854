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

_NAME_OF_DEVICE = r"[^.!?,;:]{1,60}"
_DEVICE_OF_SOMEBODY = rf"(?:my |the |a |an )?(?!here\b|there\b|our\b|your\b|this\b|that\b|now\b){_NAME_OF_DEVICE}"
_SENT_FROM = (
    r"(?:sent|posted|written|composed|typed) (?:from|via|using|with|by|on) " + _DEVICE_OF_SOMEBODY,
    rf"(?:get|download) (?:outlook|the new \S+|yahoo mail|bluemail|mail) (?:app )?(?:for|on) {_NAME_OF_DEVICE}",
    rf"(?:gesendet|geschickt) (?:von|mit|aus|über) {_NAME_OF_DEVICE}|von meinem \S+ gesendet",
    rf"diese nachricht wurde von meinem {_NAME_OF_DEVICE}",
    rf"envoyée? (?:de(?:puis)?|à partir d[eu']|avec) ?{_NAME_OF_DEVICE}",
    rf"enviado (?:desde|do|de|a partir d[eo]|con|com|pelo|via) {_NAME_OF_DEVICE}",
    rf"inviato (?:da|dal|con|tramite) ?{_NAME_OF_DEVICE}",
    rf"verzonden (?:vanaf|met|via|vanuit|door) {_NAME_OF_DEVICE}",
    rf"(?:skickat|skickades|sendt) (?:från|fra|med|via) {_NAME_OF_DEVICE}",
    r"lähetetty \S+(?:sta|stä|lta|ltä)",
    rf"wysłan[eoy] z {_NAME_OF_DEVICE}",
    rf"odesláno z {_NAME_OF_DEVICE}",
    rf"отправлено (?:с|из) {_NAME_OF_DEVICE}",
    rf"(?:надіслано|відправлено) (?:з|із) {_NAME_OF_DEVICE}",
    r"\S+[ '’]?(?:dan|den|tan|ten|ımdan|imden) gönderildi",
    r"via mobile",
    r"(?:发自我的|从我的)[^。]{1,30}",
    r"[^。]{0,12}から送信",
    r"나의 [^.]{1,20}에서 보냄",
)
# What a phone or a program says of itself below a message, the whole line; "please excuse typos" may follow.
SENT_FROM = re.compile(
    rf"[\W_]*(?:{'|'.join(_SENT_FROM)})"
    r"(?:[,.;!:–-]*\s*(?:please |and )?(?:excuse|forgive|pardon|apologi[sz]e|sorry for|expect)\b.{0,80})?"
    r"[\s.!]*(?:[<(\[]?https?://\S+)?[\W_]*",
    re.IGNORECASE,
)

# First words of its ASCII wordings, to pass over other lines quickly.
SENT_FROM_WORDS = frozenset(
    {
        *("sent", "posted", "written", "composed", "typed", "get", "download", "gesendet", "geschickt", "von", "diese"),
        *(
            "enviado",
            "inviato",
            "verzonden",
            "skickat",
            "skickades",
            "sendt",
            "via",
            "wyslano",
            "forwarded",
            "original",
        ),
    }
)

# Paragraphs that lawyers, scanners and lists put below a message: at least one of these in it.
FOOTER = re2.compile(
    r"(?i)this (?:e-?mail|message|communication|transmission)[^.]{0,120}\b(?:confidential|privileged"
    r"|intended (?:only|solely)|for the "
    r"(?:sole|exclusive|intended))"
    r"|\bconfidentiality (?:notice|note|statement)|\b(?:if you|unless you)[^.]{0,40}(?:are not"
    r"|have received)[^.]{0,60}"
    r"(?:intended|in error|by mistake)|\bnot the intended recipient|\bintended (?:only|solely) for\b[^.]{0,80}"
    r"\b(?:use|recipient|addressee|individual|person)"
    r"|\b(?:scanned|checked) (?:for|by)\b[^.]{0,40}\b(?:virus|mimecast|antivirus|security|messagelabs|malware)"
    r"|\bvirus-free\b"
    r"|\bplease (?:consider|think of) the environment|\bbefore (?:you )?print(?:ing)? this\b"
    r"|\bto unsubscribe\b|\bunsubscribe (?:from|here|link)|\byou (?:are receiving|received) this (?:e-?mail"
    r"|message)? ?because"
    r"|\b(?:reply to this email directly|view it on github)|\bmanage your (?:subscription|preferences)"
    r"|mailing list\b.{0,80}\S+@\S+"
    r"|\bregistered (?:office|in england)|\bcompany (?:number|registration|no\.)[^.]{0,5}\s*\d|\b(?:ust"
    r"|vat)[-. ]?(?:id|nr|no)"
    r"|\bamtsgericht\b|\bhandelsregister|\bgeschäftsführer(?:in)?\s*:|\bsitz der gesellschaft"
    r"|diese e-?mail[^.]{0,80}\b(?:vertrauliche|vertraulich|bestimmt)|nicht der richtige adressat|irrtümlich erhalten"
    r"|ce (?:message|courriel|mail)[^.]{0,100}\b(?:confidentiel|destinataire)"
    r"|si vous avez reçu ce[^.]{0,30}par erreur"
    r"|este (?:mensaje|correo)[^.]{0,100}\b(?:confidencial|destinatario)|esta mensagem[^.]{0,100}\bconfidencia"
    r"|(?:questo messaggio|questa e-?mail|il presente messaggio)[^.]{0,100}\b(?:confidenzial|riservat|destinatari)"
    r"|(?:dit bericht|deze e-?mail)[^.]{0,100}\bvertrouwelijk|ten onrechte ontvangen"
    r"|wiadomość[^.]{0,60}\bpoufn|tento e-?mail[^.]{0,80}\bdůvěrn|\bthis (?:e-?mail|message) is a service from"
    r"|\bdelivered by zendesk|\bpowered by (?:zendesk|freshdesk|help scout|intercom|zoho desk|front)\b"
    r"|\byou don't often get (?:e-?mail|this) from|\blearn why this is important"
)
# Banners that a gateway puts above a message from outside.
BANNER = re2.compile(
    r"(?i)\W*(?:caution|warning|external|achtung|attention|extern|notice)\b[^.]{0,60}"
    r"\b(?:external|outside|externen?|externe|originated|sender|source|e-?mail|mail)\b.*"
)
BANNER_WORDS = frozenset({"caution", "warning", "external", "achtung", "attention", "extern", "notice"})
# One word or two that head a disclaimer.
DISCLAIMER_HEADS = frozenset(
    {"disclaimer", "confidentiality notice", "legal notice", "haftungsausschluss", "avertissement", "aviso legal"}
)

# Formulas that end a message; the whole line, a comma or so behind it.
CLOSINGS = frozenset(
    {
        "regards", "best regards", "kind regards", "kindest regards", "warm regards", "warmest regards",
        "with regards",
        "with best regards", "with kind regards", "best", "all the best", "best wishes", "with best wishes",
        "warm wishes", "cheers", "sincerely", "yours sincerely", "sincerely yours", "yours truly", "yours faithfully",
        "yours", "faithfully", "respectfully", "thanks", "many thanks", "thanks again", "thank you",
        "thank you again",
        "thank you very much", "thanks and regards", "thanks & regards", "thanks and best regards", "with thanks",
        "thanks in advance", "take care", "have a nice day", "have a great day", "have a good day",
        "have a lovely day", "have a good weekend", "have a nice weekend", "have a great weekend", "cordially",
        "warmly", "rgds", "br", "kr", "thx", "ta",
        "speak soon", "talk soon", "until then", "hope this helps", "hope that helps", "love", "peace", "ciao",
        "mit freundlichen grüßen", "mit freundlichem gruß", "mit freundlichen grüssen", "freundliche grüße",
        "freundliche grüsse", "viele grüße", "viele grüsse", "beste grüße", "liebe grüße", "herzliche grüße",
        "schöne grüße",
        "mit besten grüßen", "besten gruß", "gruß", "grüße", "lg", "vg", "mfg", "danke", "vielen dank",
        "cordialement", "bien cordialement", "bien à vous", "sincères salutations", "meilleures salutations",
        "amicalement",
        "merci", "merci d'avance", "bonne journée", "salutations", "cdlt", "saludos", "un saludo",
        "saludos cordiales",
        "atentamente", "un cordial saludo", "gracias", "muchas gracias", "cordiali saluti", "saluti",
        "distinti saluti",
        "grazie", "un saluto", "atenciosamente", "cumprimentos", "com os melhores cumprimentos", "obrigado",
        "obrigada", "abraços", "att",
        "met vriendelijke groet", "met vriendelijke groeten", "vriendelijke groet", "groeten", "groet", "mvg",
        "bedankt",
        "med vänliga hälsningar", "vänliga hälsningar", "hälsningar", "mvh", "med venlig hilsen", "venlig hilsen",
        "hilsen", "vennlig hilsen", "med vennlig hilsen", "terveisin", "ystävällisin terveisin", "pozdrawiam",
        "z poważaniem",
        "pozdrav", "s pozdravem", "s pozdravom", "с уважением", "спасибо", "з повагою", "saygılarımla", "kh",
        "tak", "tack", "kiitos",
    }
)  # fmt: skip

# How a message begins when it greets; a name may follow.
GREETING = re.compile(
    r"(?:hi|hello|hey|heya|hiya|dear|good (?:morning|afternoon|evening|day)"
    r"|morning|afternoon|evening|greetings|howdy"
    r"|hallo|liebe[rs]?|sehr geehrte[rs]?|guten (?:tag|morgen|abend)|moin|servus|grüezi"
    r"|bonjour|bonsoir|salut|cher|chère|madame|monsieur|hola|buen(?:os|as) (?:días|tardes|noches)|estimad[oa]s?"
    r"|querid[oa]"
    r"|ciao|buongiorno|buonasera|gentile|salve|olá|oi|bom dia|boa (?:tarde|noite)|prezad[oa]|car[oa]"
    r"|beste|geachte|goede(?:morgen|middag|navond)|hej|hei|hejsan|kære|kjære|käre|kära|terve|moi|cześć"
    r"|dzień dobry|szanown\w+"
    r"|dobrý den|ahoj|здравствуйте|добрый день|привет|доброго дня|вітаю|merhaba|sayın|szia|kedves"
    r"|tisztelt|bună)"
    r"(?:[\W_]|$)",
    re.IGNORECASE,
)
