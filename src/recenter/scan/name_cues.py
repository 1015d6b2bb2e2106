"""What stands before and after a name."""

from __future__ import annotations

import re

from recenter.scan.words import word_set

_RELATION = (
    r"(?:wife|husband|partner|spouse|fianc[eé]e?|boyfriend|girlfriend|ex(?:-(?:wife|husband))?|mother"
    r"|father|mum|mom|dad|mama|papa|parents|stepmother|stepfather|stepdad|stepmom|son|daughter"
    r"|child|kid|kids|children|baby|toddler|brother|sister|siblings?|twin|twins|cousin|uncle|aunt"
    r"|auntie|nephew|niece|grandmother|grandfather|grandma|grandpa|granny|grandson|granddaughter"
    r"|mother-in-law|father-in-law|brother-in-law|sister-in-law|friend|bestie|mate|buddy|pal|boss"
    r"|manager|supervisor|colleague|coworker|co-worker|teammate|assistant|secretary|employee|client"
    r"|customer|neighbou?r|roommate|flatmate|housemate|landlord|landlady|tenant|teacher|tutor"
    r"|professor|advisor|mentor|coach|student|pupil|classmate|doctor|therapist|dentist|lawyer|nanny"
    r"|babysitter|crush|date|godson|goddaughter|godmother|godfather)s?"
)
NAME_CUES = (
    re.compile(
        r"\b(?:(?i:my|his|her|our|their|your)\s(?:(?i:full|first|last|real|middle)\s)?"
        r"(?i:names?\s(?:is|are|was)|name['’]s)\s"
        r"|(?:[Cc]all(?:s|ed|ing)?|[Nn]amed)\sme\s"
        r"|(?i:ich\shei(?:ß|ss)e|mein\sname\sist|je\sm['’]appelle|mon\snom\sest|me\sllamo"
        r"|mi\snombre\ses|mi\schiamo|il\smio\snome\sè|meu\snome\sé|me\schamo|ik\sheet"
        r"|mijn\snaam\sis|jag\sheter|nazywam\ssię|mam\sna\simię|benim\sadım|меня\sзовут)\s"
        r"|(?:Dear|Dearest|Lieber|Liebe|Cher|Chère|Querido|Querida|Estimado|Estimada|Caro|Cara)\s"
        r"|Me\sand\s"
        r"|(?:Miss|Mister|Professor|Doctor|Sir|Dame|Herrn?|Frau|Señora?|Monsieur|Madame|Signora?"
        r"|Reverend|Pastor|Rabbi|Imam|Aunt|Auntie|Uncle|Grandma|Grandpa|Cousin|Coach|Nurse)\s"
        r"|(?:[Mm]y|[Oo]ur|[Hh]is|[Hh]er|[Tt]heir|[Yy]our)\s"
        rf"(?:[\w-]{{1,15}}\s){{0,2}}{_RELATION}(?:['’]s\sname\sis|,)?\s"
        r"(?:(?:is|was|are)\s)?(?:(?:named|called)\s)?"
        rf"|(?:man|woman|boy|girl|guy|lady|person|somebody|someone|{_RELATION})\s(?:named|called)\s)"
    ),
    re.compile(r"(?<=\w)['’]s\s(?i:(?:full|first|last|real)\s)?names?\s(?:is|are|was)\s"),
    re.compile(
        r"(?m:^[ \t*_>-]{0,4}|[.;]\s)(?i:(?:full |first |last |given |family |sur)?name|patient"
        r"|client|sender|recipient|applicant|signed|attn|tenant|landlord|employee)[ \t*_]{0,3}:"
        r"[ \t*_]{0,3}"
    ),
)
"""Any capitalised word after these is taken for a name, but for the common ones."""

TITLES = re.compile(r"\b(?:Mr|Mrs|Ms|Mx|Dr|Prof|Rev|Hr|Mme|Mlle)\b\.?[ \t]{1,2}")
"""Every capitalised word after these is a name, but for `NO_TITLED`."""
NO_TITLED = word_set(
    """
    right pepper who evil president chairman speaker robot bean potato clean wonderful perfect
    he she it the this i and
    """
)

LISTED_CUES = re.compile(
    r"\b(?i:hi|hello|hey|good\s(?:morning|evening|afternoon)|hallo|hola|bonjour|ciao"
    r"|thanks|thank\syou|happy\sbirthday|congratulations)[ ,]\s?"
    r"|\b(?i:ich\sbin|je\ssuis|soy|sono|eu\ssou|ik\sben)\s"
    r"|(?m:^)[ \t>*]{0,4}(?:From|To|Cc|By|Author)[ \t*]{0,3}:[ \t*]{0,3}"
)
"""After these a given name has to be a known one, or the name has two words."""

SELF_CUE = re.compile(r"\b(?:I['’]?m|I\sam|[Ii]t['’]s\sme,)\s")
SELF_FOLLOWS = re.compile(
    r"(?:,|\sand)\s(?:I\b|I['’]m|a\s|an\s|\d\d\b|your\s|the\s|from\s)|\sfrom\s|\s?[(,]\s?\d\d\b"
)
SELF_ENDS = re.compile(r"[.,!;\r\n]|$|\s(?:and|but)\s")
SPEAKING = re.compile(r"\b(?P<before>(?:[Tt]his\sis|[Ii]t['’]s|[Hh]ere\sis)\s)")
SPEAKING_AFTER = re.compile(
    r"\s(?:speaking|calling|writing|from|here)\b|,?\s(?:your|his|her|the)\b"
)

SIGNATURES = (
    re.compile(
        r"(?m:^)[ \t>]{0,4}(?i:(?:(?:all\sthe\s|my\s)?best|kind(?:est)?|warm(?:est)?|with\sbest"
        r"|best|many|mit\sfreundlichen|viele|liebe|herzliche)?\s?"
        r"(?:regards|wishes|best|thanks|thank\syou|cheers|sincerely|yours(?:\s\w{3,10})?|love|hugs|xoxo"
        r"|respectfully|cordially|gr(?:ü|u)(?:ß|ss)en?|cordialement|saludos|un\sabrazo|cordiali\ssaluti"
        r"|sincerely\syours|take\scare))[ \t,.!-]{0,4}(?:\r?\n[ \t>]{0,4}){1,3}(?:-{1,2}\s?)?"
    ),
    re.compile(
        r"\b(?:Best|[Rr]egards|[Ww]ishes|Cheers|Sincerely|Yours|Love|Thanks|XOXO|Signed),[ \t]{1,2}"
    ),
)

LOWER_CUE = re.compile(r"\bmy\s(?:full\s|first\s)?name(?:\sis|['’]?s)\s", re.IGNORECASE)
LOWER_GIVEN_CUE = re.compile(
    r"\b(?:i['’]?m|i\sam|call\sme|this\sis|hi|hey|hello|dear"
    rf"|my\s(?:[\w-]{{1,15}}\s){{0,1}}{_RELATION})\s",
    re.IGNORECASE,
)
PAIRED = re.compile(r"\s(?:and|&)\s|,\s(?=[A-Z])(?:and\s)?")

CHINESE = re.compile(
    r"(?:我叫|我的名字(?:是|叫)|名叫)(?P<name>[\u4e00-\u9fff]{2,4})(?![\u4e00-\u9fff])"
)

BEFORE_ALONE = re.compile(
    r"(?<!\w)(?:with|ask(?:ed|ing)?|tell|told|met|meet|text(?:ed)?|invited?|married|miss(?:ed)?|loves?"
    r"|dating|dated|date|for|and|me|from|by|to|let|help|helped|hate|thank|hug|kissed|friend)\s$",
    re.IGNORECASE,
)
AFTER_ALONE = re.compile(
    r"(?:\sand\s(?:I|me)\b|,?\s(?:said|says|told|thinks|asked|wants|wanted|is\smy|was\smy|who|has\sbeen"
    r"|will|would|and\sI|lives|works|likes|loves|hates|needs|called|gave|got|went|came)\b)"
)
