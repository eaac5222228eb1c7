"""Where people live: real cities with a matching postcode and position, invented house numbers."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

COUNTRY_NAMES = {
    "US": "United States", "CA": "Canada", "GB": "United Kingdom", "DE": "Germany", "FR": "France", "AT": "Austria",
    "NL": "Netherlands", "PL": "Poland", "ES": "Spain", "JP": "Japan", "IT": "Italy", "SE": "Sweden",
}  # fmt: skip

# country | region code | region | city | postal code | latitude | longitude | streets
_PLACES = """
US|OR|Oregon|Portland|97205|45.5202|-122.6900|SW Alder St;SW Salmon St
US|CA|California|San Francisco|94107|37.7665|-122.3958|Townsend St;Brannan St
US|WA|Washington|Seattle|98101|47.6114|-122.3305|Pike St;Union St
US|CO|Colorado|Denver|80202|39.7527|-104.9992|Blake St;Wynkoop St
US|IL|Illinois|Chicago|60614|41.9227|-87.6533|N Clark St;W Fullerton Ave
US|MN|Minnesota|Minneapolis|55401|44.9848|-93.2690|Washington Ave N;N 2nd St
US|TX|Texas|Austin|78704|30.2428|-97.7658|S Congress Ave;Bouldin Ave
US|MA|Massachusetts|Boston|02116|42.3496|-71.0746|Newbury St;Boylston St
US|GA|Georgia|Atlanta|30308|33.7718|-84.3757|Ponce De Leon Ave NE;Juniper St NE
US|NY|New York|Brooklyn|11201|40.6946|-73.9903|Court St;Henry St
CA|ON|Ontario|Toronto|M5V 2T6|43.6426|-79.3871|Spadina Ave;Queen St W
CA|BC|British Columbia|Vancouver|V6B 1A1|49.2827|-123.1070|Cambie St;Hastings St W
CA|QC|Quebec|Montréal|H2X 1Y4|45.5122|-73.5674|Rue Saint-Denis;Rue Sherbrooke O
GB|ENG|England|Bristol|BS1 4DJ|51.4500|-2.5980|Park Row;Corn Street
GB|ENG|England|Manchester|M4 1HQ|53.4839|-2.2360|Oldham Street;Tib Street
GB|SCT|Scotland|Edinburgh|EH1 2NG|55.9469|-3.2020|Lothian Road;Bread Street
DE|BE|Berlin|Berlin|10999|52.4990|13.4180|Oranienstraße;Reichenberger Straße
DE|HH|Hamburg|Hamburg|20357|53.5640|9.9640|Susannenstraße;Schanzenstraße
DE|BY|Bayern|München|80469|48.1310|11.5730|Klenzestraße;Reichenbachstraße
DE|SN|Sachsen|Leipzig|04229|51.3230|12.3370|Karl-Heine-Straße;Weißenfelser Straße
DE|NW|Nordrhein-Westfalen|Köln|50674|50.9300|6.9380|Aachener Straße;Lindenstraße
FR|ARA|Auvergne-Rhône-Alpes|Lyon|69001|45.7690|4.8290|Rue de la Martinière;Rue Terme
FR|IDF|Île-de-France|Paris|75011|48.8590|2.3780|Rue Oberkampf;Rue de Charonne
FR|OCC|Occitanie|Toulouse|31000|43.6040|1.4440|Rue des Filatiers;Rue Pargaminières
AT|9|Wien|Wien|1070|48.2020|16.3490|Neubaugasse;Lindengasse
AT|6|Steiermark|Graz|8020|47.0700|15.4280|Annenstraße;Mariahilferstraße
NL|NH|Noord-Holland|Amsterdam|1017 HV|52.3620|4.8850|Spiegelgracht;Weteringstraat
NL|UT|Utrecht|Utrecht|3511 AX|52.0930|5.1170|Oudegracht;Voorstraat
PL|MZ|Mazowieckie|Warszawa|00-540|52.2270|21.0230|Aleje Ujazdowskie;Piękna
PL|MA|Małopolskie|Kraków|31-053|50.0510|19.9460|Dietla;Miodowa
ES|CT|Cataluña|Barcelona|08012|41.4030|2.1570|Carrer de Verdi;Carrer Gran de Gràcia
ES|MD|Madrid|Madrid|28004|40.4250|-3.7010|Calle de Fuencarral;Calle del Pez
JP|JP-13|Tōkyō|Meguro-ku|153-0051|35.6440|139.6990|Kamimeguro;Nakameguro
JP|JP-26|Kyōto|Kyoto|604-8005|35.0100|135.7690|Ebisucho;Kawaramachi
IT|BO|Bologna|Bologna|40121|44.4980|11.3410|Via Galliera;Via Marconi
SE|O|Västra Götalands län|Göteborg|413 04|57.6980|11.9520|Linnégatan;Vasagatan
"""


@dataclass(frozen=True)
class Address:
    """A postal address; the position is None where the shop's platform did not find one."""

    name: str
    address1: str
    city: str
    region_code: str
    region: str
    country: str
    postal_code: str
    latitude: float | None
    longitude: float | None
    phone: str | None = None
    company: str | None = None
    address2: str | None = None

    def addressed_to(self, name: str, *, phone: str | None = None) -> Address:
        return replace(self, name=name, phone=phone)

    def without_position(self) -> Address:
        return replace(self, latitude=None, longitude=None)


ATLAS: dict[str, list[tuple[str, ...]]] = {}
for _row in _PLACES.strip().splitlines():
    ATLAS.setdefault(_row.split("|")[0], []).append(tuple(_row.split("|")))


def home(rng: random.Random, country: str, name: str, phone: str | None = None) -> Address:
    """An address in a real city of the country; the position wanders by some hundred metres."""
    _, code, region, city, postal_code, latitude, longitude, streets = rng.choice(ATLAS[country])
    street, house = rng.choice(streets.split(";")), rng.randint(1, 240)
    house_first = country in {"US", "CA", "GB", "FR"}
    flat = rng.choice((None, None, None, f"Apt {rng.randint(1, 48)}", f"Floor {rng.randint(1, 6)}"))
    return Address(
        name=name,
        address1=f"{house} {street}" if house_first else f"{street} {house}",
        address2=flat,
        city=city,
        region_code=code,
        region=region,
        country=country,
        postal_code=postal_code,
        latitude=round(float(latitude) + rng.uniform(-0.006, 0.006), 6),
        longitude=round(float(longitude) + rng.uniform(-0.006, 0.006), 6),
        phone=phone,
    )


def reshipper(name: str, suite: int) -> Address:
    """A parcel forwarder's warehouse: many suites, one door."""
    return Address(
        name=name, company="Parcel Onward Logistics", address1="4400 Airport Cargo Blvd", address2=f"Suite {suite}",
        city="New Castle", region_code="DE", region="Delaware", country="US", postal_code="19720", latitude=39.6776, longitude=-75.6068,
    )  # fmt: skip


def drop_house(name: str) -> Address:
    """A house that several identities have parcels sent to."""
    return Address(
        name=name, address1="Gleisstraße 17", address2="c/o Lager", city="Leipzig", region_code="SN", region="Sachsen",
        country="DE", postal_code="04229", latitude=51.3262, longitude=12.3301,
    )  # fmt: skip
