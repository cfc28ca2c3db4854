# SPDX-License-Identifier: GPL-3.0-or-later
"""Set phrases around what people write: greetings and closings, a phone's own line, footers and banners.

They are data, one language after another; `gateway.mail.footer` and `gateway.mail.sentences` say what follows from
them. What is looked for in whole paragraphs is RE2's, as in `gateway.mail.wording`.
"""

from __future__ import annotations

import re

import re2

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
