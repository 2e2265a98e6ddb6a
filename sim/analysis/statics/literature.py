"""References of the comparative statics, in full, by the short form in which the page cites them."""

REFERENCES = {
    "Beardsley 2008": "Beardsley, K. (2008). Agreement without Peace? International Mediation and Time Inconsistency "
    "Problems. American Journal of Political Science 52(4), 723-740.",
    "Enelow and Hinich 1984": "Enelow, J. M., and Hinich, M. J. (1984). The Spatial Theory of Voting: An Introduction. "
    "Cambridge University Press.",
    "Fearon 1995": "Fearon, J. D. (1995). Rationalist Explanations for War. International Organization 49(3), 379-414.",
    "Fearon 1998": "Fearon, J. D. (1998). Bargaining, Enforcement, and International Cooperation. International "
    "Organization 52(2), 269-305.",
    "Fortna 2003": "Fortna, V. P. (2003). Scraps of Paper? Agreements and the Durability of Peace. International "
    "Organization 57(2), 337-372.",
    "Goemans 2000": "Goemans, H. E. (2000). War and Punishment: The Causes of War Termination and the First World War. "
    "Princeton University Press.",
    "Min 2020": "Min, E. (2020). Talking While Fighting: Understanding the Role of Wartime Negotiation. Journal of "
    "Conflict Resolution 64(2-3), 610-632.",
    "Powell 1996": "Powell, R. (1996). Stability and the Distribution of Power. World Politics 48(2), 239-267.",
    "Powell 1999": "Powell, R. (1999). In the Shadow of Power: States and Strategies in International Politics. "
    "Princeton University Press.",
    "Powell 2006": "Powell, R. (2006). War as a Commitment Problem. International Organization 60(1), 169-203.",
    "Putnam 1988": "Putnam, R. D. (1988). Diplomacy and Domestic Politics: The Logic of Two-Level Games. International "
    "Organization 42(3), 427-460.",
    "Reed 2003": "Reed, W. (2003). Information, Power, and War. American Political Science Review 97(4), 633-641.",
    "Slantchev 2003": "Slantchev, B. L. (2003). The Principle of Convergence in Wartime Negotiations. American "
    "Political Science Review 97(4), 621-632.",
    "Walter 2002": "Walter, B. F. (2002). Committing to Peace: The Successful Settlement of Civil Wars. Princeton "
    "University Press.",
    "Werner 1999": "Werner, S. (1999). The Precarious Nature of Peace: Resolving the Issues, Enforcing the Settlement, "
    "and Renegotiating the Terms. American Journal of Political Science 43(3), 912-934.",
    "Wittman 1979": "Wittman, D. (1979). How a War Ends: A Rational Model Approach. Journal of Conflict Resolution "
    "23(4), 743-763.",
}
