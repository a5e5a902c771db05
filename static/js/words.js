// The words that stand for the values of the recognition, in the viewer's language.
const words = {
  car: gettext("car"), motorcycle: gettext("motorcycle"), bus: gettext("bus"), truck: gettext("truck"),
  starting: gettext("starting"), online: gettext("online"), degraded: gettext("degraded"), offline: gettext("offline"),
  failed: gettext("failed"), stopped: gettext("stopped"), paused: gettext("paused"),
  approaching: gettext("approaching"), receding: gettext("receding"), ambiguous: gettext("ambiguous"),
  black: gettext("black"), white: gettext("white"), gray: gettext("gray"), silver: gettext("silver"),
  red: gettext("red"), blue: gettext("blue"), green: gettext("green"), yellow: gettext("yellow"), orange: gettext("orange"),
  brown: gettext("brown"), beige: gettext("beige"), gold: gettext("gold"), purple: gettext("purple"),
  pink: gettext("pink"),
};

export const word = (value) => words[value] ?? value;
export const isKnown = (value) => Boolean(value) && value !== "unknown";
/** Empty for a brand that is none of the known ones. */
export const brandName = (brand) => (isKnown(brand) && brand !== "other" ? brand : "");
