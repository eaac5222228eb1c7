"""What the words of a message are about, whatever the language: a table of concepts, so that English and German teach each other.

Each concept is a pattern of word beginnings; the classifier sees which concepts a message holds, and which two together.
"""

import re
from itertools import combinations

CONCEPTS: dict[str, str] = {
    "where": r"where|whereabouts|wo\b|wheres",
    "when": (
        r"when\b|how long|how many days|how much longer|what day|which day|eta\b|wann|wan\b|wie lange|wie viele tage|welchem tag|"
        r"liefertermin|lieferdatum|delivery date"
    ),
    "status": r"status|update|news\b|neues|neuigkeiten|how far|wie weit|progress",
    "track": r"track|sendungsverfolg|sendungsstatus|sendungsnummer|trackinglink",
    "order": r"order\b|purchase|bestellung|auftrag|einkauf|order-",
    "twice": r"twice|double|doppelt|zweimal|two times",
    "parcel": r"parcel|package|pakage|packet|paket|sendung\b|box\b|karton|shipment",
    "delivery": r"deliver|liefer|zustell|zugestellt",
    "shipped": (
        r"shipped|dispatched|sent out|verschickt|versendet|abgeschickt|losgeschickt|versandt|on the way|on its way|unterwegs|"
        r"left the warehouse|lager schon verlassen|raus\b"
    ),
    "before_shipping": (
        r"before (?:it|you|the)? ?(?:ship|goes|is ship|dispatch)|before shipping|vor dem versand|bevor sie|not shipped yet|"
        r"noch nicht (?:verschickt|versandt)|don'?t send|do not ship|nicht (?:versenden|verschicken|abschicken)"
    ),
    "delivered_claim": (
        r"says delivered|delivered but|marked as|marked|shows? (?:as )?delivered|status is delivered|was delivered|claims?\b|"
        r"angeblich|laut (?:sendung|tracking|dhl)|als (?:zugestel|geliefert)|soll es liegen|dropped off|signed|unterschrieben|"
        r"supposedly|proof of delivery|zustellnachweis|obwohl"
    ),
    "nothing_here": (
        r"never (?:got|received|arrived)|nothing (?:here|arrived|there)|not re[ci]+e?[ie]?ved|did ?n.?t (?:get|receive)|"
        r"i (?:do ?n.?t|dont) have (?:it|the)|nichts (?:bekommen|da\b)|hier ist nichts|nie angekommen|nicht (?:erhalten|bekommen)|"
        r"empty|leer\b|no parcel|kein paket|stolen|gestohlen|lost|verloren|ich habe es nicht|angekommen ist nichts|da liegt nichts"
    ),
    "neighbour": r"neighbo|nachbar|porch|vor der tür|mailbox|briefkasten|safe place|ablageort|doorstep",
    "courier": r"courier|driver|carrier|postman|bote\b|fahrer|zusteller|dhl|ups\b|hermes|dpd|postbot",
    "attempt": (
        r"attempt|nobody (?:was )?home|zustellversuch|niemand (?:da|zu hause)|card says|karte steht|pickup|pick-up|parcel shop|"
        r"paketshop|filiale|depot|abhol|exception|hindernis|reschedul|postpon|verschoben"
    ),
    "customs": r"customs|zoll\b|import",
    "returned_to_sender": r"returned to sender|zurück an (?:den )?absender|refus|verweiger|couldn.?t find|nicht gefunden",
    "address": (
        r"address|adress|anschrift|street|straße|strasse|house number|hausnummer|zip|postcode|postleitzahl|apartment|wohnungsnummer|"
        r"\boffice\b|\bbüro\b|moved|umgezogen|redirect|umleiten"
    ),
    "change": (
        r"chang|änder|correct|korrig|updat|anpassen|edit|bearbeiten|instead|statt|swap|wechsel|umstellen|switch|misspel|"
        r"falsch eingetragen|falsch geschrieben"
    ),
    "add": (
        r"\badd\b|another item|hinzufügen|ergänz|dazu\b|remove one|entfernen|quantity|menge|combine|zusammen|gift|geschenk|grußkarte|"
        r"upgrade"
    ),
    "cancel": (
        r"cancel|cancle|stornier|storno|stonier|call off|rückgängig|don.?t need|nicht mehr (?:haben|gebraucht)?|"
        r"brauche (?:sie|es) nicht|changed my mind|anders überlegt|by mistake|versehen|withdraw my order|no longer|stop my order|"
        r"stoppen|zurücktreten|accident"
    ),
    "broken": (
        r"broke|damage|damadge|kaput|beschädigt|defe[ck]|zerbroch|zerkratz|scratch|crack|riss\b|faulty|fehlerhaft|hole\b|loch\b|leak|"
        r"ausgelaufen|shatter|zersplitter|dent\b|delle|chipped|sprung|crushed|zerdrückt|dead on|does ?n.?t work|does not work|"
        r"funktioniert nicht|won.?t turn|geht nicht an|verfärb|bent|verbogen|torn|zerrissen"
    ),
    "wrong": (
        r"wrong|falsch|not what i ordered|nicht das, was|different (?:model|product|item)|anderes (?:modell|produkt)|somebody else|"
        r"someone else|jemand anderem|fremder name|mix ?up|verwechselt|not the item|nicht der artikel|sent me|got (?:a|the)|"
        r"statt (?:eines|einer)|instead of a\b"
    ),
    "missing": (
        r"missing|fehl(?:t|en)|felht|incomplete|unvollständig|only (?:two|half|one)|nur (?:die hälfte|\w+ im)|"
        r"not (?:included|in the (?:box|parcel|package))|nicht dabei|forgot to pack|vergessen.{0,25}einzupacken|nicht alles|"
        r"not everything|was empty|war leer"
    ),
    "confirmation": (
        r"confirm|bestätig|go through|went through|durchgegangen|geklappt|registered|erfasst|successfully|in your system|im system|"
        r"did (?:it|the order) work|hat es funktioniert|eingegangen"
    ),
    "return": (
        r"return|send (?:it|this|them)? ?back|sending (?:it )?back|sent (?:it |my parcel )?back|give .{0,20}back|bring .{0,20}back|"
        r"zurückgeb|zurückschick|zurücksend|zurückgesend|zurückgeschick|rücksend|retour|rückgabe|widerruf|rma\b|gebe es zurück|"
        r"schicke .{0,20}zurück|gehen zurück"
    ),
    "label": r"label|lable|rücksendeschein|aufkleber|retourenschein",
    "fit": r"does ?n.?t fit|passt nicht|too (?:small|big|large)|zu (?:klein|groß|gross)|gefällt|don.?t like|colour looks|farbe sieht",
    "refund": (
        r"refund|money back|reimburse|erstat|rückerstat|rückzahl|geld zurück|zurücküberw|my money|mein geld|owe me|schulden|kaufpreis|"
        r"part of the price|teil des preises|pay back|paid back"
    ),
    "still_waiting": r"still|not yet|yet\b|waiting|warte|immer noch|noch nicht|noch kein|bisher|any (?:news|update)|hasn.?t|have ?n.?t",
    "exchange": r"exchang|exchage|swap|umtausch|umtauch|umgetauscht|tausch|trade|eintausch|replace(?! the card)|ersatz|in exchange",
    "size": r"size|größe|colou?r|farbe|larger|bigger|smaller|größer|kleiner|medium|ausführung",
    "pay": (
        r"pay(?:ment|ing)?\b|paid|zahlung|bezahl|zahlen|überwiesen|transferred|klarna|paypal|card\b|karte\b|kreditkarte|checkout|"
        r"kasse\b"
    ),
    "declined": (
        r"declin|abgelehnt|does ?n.?t go through|geht nicht durch|fail|fehlgeschlagen|error|fehler|not accepted|nicht angenommen|"
        r"pending|ausstehend|unpaid|unbezahlt|can.?t pay|kann nicht (?:be)?zahlen|open order|offene"
    ),
    "charged": r"charg|abgebucht|abbuchung|gebucht|debited|berechnet|billed|money (?:was|is) (?:taken|gone)|geld (?:ist|wurde)",
    "dispute": (
        r"charge ?back|disput|rückbuch|zurückbuch|käuferschutz|my bank|meine bank|über meine bank|unauthori|not authori|"
        r"nicht autorisiert|unberechtigt|fraudulent|betrügerisch|reversing|widerspreche der abb|fechte|lastschrift zurück|"
        r"paypal.?(?:case|fall)|case opened|wasn.?t me|ich war das nicht|don.?t recogni|kenne diese|without my permission|"
        r"ohne meine erlaubnis|holt das geld|credit card company|kreditkartenfirma|nie etwas gekauft|never bought"
    ),
    "invoice": (
        r"invo[i]?ce|receipt|rechnung(?!sadresse)|rechung|beleg|quittung|vat\b|mehrwertsteuer|ust|bill\b|proof of purchase|tax return|"
        r"steuer|pdf"
    ),
    "product": (
        r"cotton|baumwolle|dimension|maße|waterproof|wasserdicht|dishwasher|spülmaschine|battery|batterie|how heavy|wie schwer|"
        r"run small|fallen .{0,20}klein|suitable|geeignet|manual|anleitung|vegan|warranty|garantie|material|clean the|reinige|"
        r"recommend|empfehlen|volt|what size should|welche größe soll|come with|dabei\?|compatible|kompatibel"
    ),
    "stock": (
        r"in stock|out of stock|sold out|ausverkauft|auf lager|vorrätig|verfüg|avail|avilable|lieferbar|restock|back in|wieder rein|"
        r"nachschub|supply|how many .{0,20}left|wie viele haben sie|carry|führen sie|reserve|reservier|in size|in größe"
    ),
    "discount": (
        r"discount|voucher|coupon|promo|gutschein|rabatt|aktionscode|code\b|better price|besseren preis|sale\b|price match|"
        r"preisgarantie|gift card|geschenkkarte|loyal|newsletter"
    ),
    "subscription": (
        r"subscri|subscribtion|abo\b|abonn|abonement|kaffeeabo|abo-|monthly|monatlich|recurring|wiederkehrend|membership|"
        r"mitgliedschaft|renewed|verlängert|plan\b"
    ),
    "privacy": (
        r"gdpr|dsgvo|ccpa|personal (?:data|information)|my data|meine daten|daten\b|personenbezogen|datenschutz|data protection|"
        r"datenauskunft|delete my|löschen|erase|account and|konto schließen|kundenkonto|subject access|consent|einwilligung|forgotten"
    ),
    "legal": (
        r"legal|lawyer|attorney|solicitor|anwalt|sue\b|court|gericht|verklag|klage|rechtlich|juristisch|police|polizei|anzeige|"
        r"zeige sie|consumer protection|verbraucherzentrale|trading standards|mahnung|mahnbescheid|formal notice|frist|breach|"
        r"vertragsbruch|schadensersatz|report you|melde sie|press charges"
    ),
    "angry": (
        r"disappoint|dissapoint|enttäuscht|enteuscht|worst|schlechtest|unaccept|inakzept|terrible|schrecklich|furchtbar|rude|"
        r"unhöflich|complain|beschwer|unprofession|expected better|mehr von ihnen erwartet|ignor|third time|dritte mal|poor|annoyed|"
        r"ärgerlich|unhappy|unzufrieden|nobody answers|niemand antwortet|hotline|service"
    ),
    "happy": (
        r"perfect|perfekt|great|love|liebe die|awesome|klasse|toll|super|amazing|großartig|happy|zufrieden(?!heit)|delight|gefreut|"
        r"wonderful|wunder|beautiful|schön|best shop|bester|five stars|fünf sterne|well done|gut gemacht|keep up|weiter so|lovely|"
        r"satisfied"
    ),
    "thanks": r"thank|danke|thx|dank\b",
    "done": (
        r"never mind|nevermind|erledigt|solved|gelöst|sorted|geklärt|got it|alles klar|all good|found it|gefunden\b|no need|"
        r"keine antwort|forget it|vergessen sie es|just arrived|gerade angekommen|answers my|beantwortet meine|alright|^ok"
    ),
    "machine": (
        r"out of office|automatic reply|automatische antwort|abwesenheit|on vacation|im urlaub|not in the office|nicht im büro|"
        r"currently|derzeit"
    ),
    "advert": (
        r"seo|google rank|google-rank|web ?design|follower|likes\b|business proposal|geschäftsvorschlag|marketing|domain|bitcoin|"
        r"factory|hersteller|prize|gewonnen, hier|click here|hier klicken|guest post|gastbeitrag|backlink|loan|kredit\w* für|"
        r"influencer|singles|our app|unsere app|double your|verdoppelt|email lists|adresslisten"
    ),
    "replacement_sent": r"new one|neue artikel|neue größe|new size|large one|die große|replacement|ersatzlieferung|ersatzartikel",
    "received_by_us": (
        r"did you (?:receive|get)|you (?:received|should have)|reach you|bei ihnen|has it arrived|ist es schon da|"
        r"ist .{0,25}angekommen|processed|bearbeitet|bearbeitung|approved|genehmigt|checked|geprüft"
    ),
    "i_want": r"i want|i.?d like|i would like|please|bitte|ich möchte|ich will|can i|kann ich|could i|could you|können sie|könnte",
    "ordered": r"i ordered|ich habe .{0,30}bestellt|bestellt\b|ordered",
    "question": r"\?",
}  # fmt: skip
_FOUND = {name: re.compile(rf"(?<![\w])(?:{words})") for name, words in CONCEPTS.items()}


def concepts(text: str) -> list[str]:
    """The concepts in a folded text, and each two of them together."""
    single = [name for name, pattern in _FOUND.items() if pattern.search(text)]
    return single + [f"{one}+{other}" for one, other in combinations(single, 2)]
