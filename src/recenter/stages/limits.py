"""What somebody may not or will not eat, for a message that asks for food.

A selector weighs how likely people are to let something change an answer. A limit is not weighed: a
dish that its reader may not eat is a wrong answer, however rarely it is asked for.
"""

from __future__ import annotations

import re

from recenter.provenance import digest

_LONGEST = 400
"""Characters of a message that asks; a longer one tells of food among much else."""

_WHO = r"^(?:the user|i)"
_IS = r"(?:'m| am| is| has been)"
_HOW = r"(?:(?:a|an|the|strictly|strict|mostly|now|also|lifelong|fully|raw) )*"
_DIETS = (
    r"vegetarian|vegan|pescatarian|pescetarian|plant-based|kosher|halal|gluten-free|dairy-free|"
    r"lactose-free|nut-free|sugar-free|low-carb|low-sodium|keto(?:genic)?|paleo|fodmap"
)
_FOODS = (
    r"gluten|dairy|lactose|meat|pork|beef|(?:pea)?nuts?|shellfish|seafood|fish|eggs?|milk|wheat|"
    r"soya?|sugar|sesame|alcohol"
)
_SENSITIVE = r"lactose|gluten|fructose|histamine"
# One may be allergic to any food; what else one is allergic to can be listed.
_NO_FOOD = (
    r"cats?|dogs?|horses?|pets?|animals?|fur|dander|pollen|flowers?|roses?|lavender|plants?|grass|"
    r"dust|mou?ld|mites|bees?|wasps?|latex|nickel|perfumes?|penicillin|aspirin|ibuprofen|"
    r"antibiotics?|medic|drugs?|the sun|sunlight"
)
_NEVER = r"doesn't|does not|don't|do not|can't|cannot|never|must not|may not"
_KEEPS = rf"(?:{_IS}| became| went| eats?| follows?| keeps?| cooks?| adheres? to| observes?)"
_LIMIT = re.compile(
    "|".join(
        (
            rf"{_WHO}{_KEEPS} {_HOW}(?:on {_HOW})?(?:{_DIETS})\b"
            r"(?! (?:cafés?|cafes?|restaurants?|shops?|business))",
            rf"{_WHO}{_IS} {_HOW}(?:severely |very )?allergic to (?!(?:{_NO_FOOD})\b)\w",
            rf"{_WHO}{_IS} {_HOW}(?:{_SENSITIVE})[- ]intolerant\b",
            rf"{_WHO} (?:has|have) (?:an? )?(?:severe )?"
            rf"(?:co?eliac|(?:{_FOODS}|food) allergy|(?:{_SENSITIVE}) intolerance)\b",
            rf"{_WHO} (?:{_NEVER}) eats?\b",
            rf"{_WHO} (?:avoids?|can't have|cannot have|can't tolerate) (?:all )?(?:{_FOODS})\b",
        )
    ),
    re.IGNORECASE,
)
_FOOD = re.compile(
    r"\b(?:(?<!cat )(?<!dog )(?<!pet )foods?|eat|meals?|dish(?:es)?|recipes?|menus?|cuisines?|"
    r"culinary|tapas|dinners?|lunch(?:es)?|breakfasts?|brunch|supper|snacks?|desserts?|cakes?|"
    r"cook|cooking|bake|baking|restaurants?|cafés?|cafes?|baker(?:y|ies)|takeaways?|take-?out|"
    r"grocer(?:y|ies)|potluck|barbecue|bbq|picnic|lunchbox(?:es)?)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:what|which|where|suggest|recommend|give|plan|ideas?|need|find|want|looking for|help|"
    r"show|how (?:do|can|should|would) i|can you|could you|make|easy|quick)\b",
    re.IGNORECASE,
)
# What is made or asked for is then something else, which only speaks of food.
_ELSE = re.compile(
    r"\b(?:code|program|script|function|class|api|python|java|javascript|sql|html|css|app|website|"
    r"database|translat(?:e|ion)|grammar|essay|poem|story|song|lyrics|novel|screenplay|joke|riddle|"
    r"business plan|marketing|slogan|logo|etymology|history of|how (?:long|many|much|hot)|"
    r"temperature|convert|calories)\b",
    re.IGNORECASE,
)
LIMITS = digest(*(one.pattern for one in (_LIMIT, _FOOD, _ASKS, _ELSE)), _LONGEST)
"""Names these rules in signatures."""


def asks_for_food(prompt: str) -> bool:
    """Tell whether a message asks for something to eat, in English."""
    said = prompt.strip()
    return (
        len(said) <= _LONGEST
        and _FOOD.search(said) is not None
        and _ASKS.search(said) is not None
        and _ELSE.search(said) is None
    )


def limits_food(statement: str) -> bool:
    """Tell whether a statement says what the person may not or will not eat, in English."""
    return _LIMIT.search(statement.strip()) is not None
