/** What the double's markets ask. Places, clubs and people are made up. */

export interface Question {
  readonly question: string
  readonly category: string
  readonly by: string
  /** Days until it closes. */
  readonly days: number
  /** Where its YES price stands at last, in thousandths. */
  readonly yes: number
}

const ask = (question: string, category: string, by: string, days: number, yes: number): Question => ({
  question,
  category,
  by,
  days,
  yes,
})

/** The first four are followed and live. */
export const OPEN: readonly Question[] = [
  ask('Will the central bank cut its deposit rate at the 10 December meeting?', 'Economy', 'tomas', 21, 634),
  ask('Will Harbour United lead the league on New Year’s Day?', 'Sport', 'kestrel', 43, 418),
  ask('Will crude oil close above $85 in December?', 'Energy', 'mo.w', 42, 272),
  ask('Will steel rebates pass this year?', 'Politics', 'nadia.k', 42, 281),
  ask('Will it snow in Lindholm before 5 December?', 'Weather', 'jole', 16, 355),
  ask('Will the port lease of Varenna be extended?', 'Economy', 'tomas', 3, 731),
  ask('Will a phone that folds twice be sold by September?', 'Technology', 'pixel', 302, 512),
  ask('Will the Coast Tour start abroad again?', 'Sport', 'kestrel', 57, 144),
  ask('Will Ether close the year above $5,000?', 'Crypto', 'mo.w', 42, 466),
  ask('Will the night train to Marisol run next summer?', 'Travel', 'rails', 223, 588),
  ask('Will the bridge at Ostrel open before Easter?', 'Cities', 'jole', 130, 690),
  ask('Will cocoa trade below $6,000 a tonne in January?', 'Commodities', 'mo.w', 60, 405),
  ask('Will the rail strike end before the holidays?', 'Politics', 'rails', 33, 622),
  ask('Will the comet be seen without a telescope?', 'Science', 'vega', 88, 238),
  ask('Will the Lindholm marathon record fall?', 'Sport', 'kestrel', 150, 119),
  ask('Will the film festival move to a new hall?', 'Culture', 'nadia.k', 97, 347),
  ask('Will wheat exports from Tarn pass 4 million tonnes?', 'Commodities', 'tomas', 72, 553),
  ask('Will the ferry to Sankt Aun be electric by March?', 'Travel', 'rails', 110, 481),
  ask('Will the city of Ostrel ban scooters?', 'Cities', 'jole', 64, 302),
  ask('Will inflation be at or below 2.0 % in November?', 'Economy', 'tomas', 12, 447),
  ask('Will the satellite launch happen this month?', 'Science', 'vega', 11, 764),
  ask('Will the opera house reopen in spring?', 'Culture', 'nadia.k', 160, 655),
  ask('Will Northern Rowing win the winter cup?', 'Sport', 'kestrel', 80, 366),
  ask('Will the reservoir be full on 1 March?', 'Weather', 'jole', 102, 571),
  ask('Will the chip plant at Varenna start on time?', 'Technology', 'pixel', 190, 324),
  ask('Will the minimum wage rise by 5 % or more?', 'Politics', 'nadia.k', 45, 512),
  ask('Will a woman win the chess open?', 'Sport', 'kestrel', 39, 433),
  ask('Will the old tram line return?', 'Cities', 'rails', 240, 208),
  ask('Will natural gas close below 30 on 31 December?', 'Energy', 'mo.w', 42, 529),
  ask('Will the museum show the whole collection?', 'Culture', 'nadia.k', 120, 611),
  ask('Will the volcano on Sankt Aun be quiet until May?', 'Science', 'vega', 175, 842),
  ask('Will the harvest be larger than last year’s?', 'Commodities', 'tomas', 270, 490),
  ask('Will the new stadium be named after a sponsor?', 'Sport', 'kestrel', 90, 777),
  ask('Will paper tickets be sold next year?', 'Travel', 'rails', 55, 156),
  ask('Will the data law come into force in January?', 'Technology', 'pixel', 50, 698),
  ask('Will Ether fees stay below 5 gwei this month?', 'Crypto', 'mo.w', 11, 583),
  ask('Will the lake freeze before Christmas?', 'Weather', 'jole', 36, 274),
  ask('Will the mayor of Ostrel run again?', 'Politics', 'nadia.k', 140, 539),
]

export interface Answered extends Question {
  readonly outcome: 'YES' | 'NO'
  readonly reason: string | null
  readonly volume: string
  readonly traders: number
  /** Minutes since it was resolved. */
  readonly ago: number
}

const answer = (
  question: Question,
  outcome: 'YES' | 'NO',
  reason: string | null,
  volume: string,
  traders: number,
  ago: number,
): Answered => ({ ...question, outcome, reason, volume, traders, ago })

export const RESOLVED: readonly Answered[] = [
  answer(
    ask('Will crude oil close above $80 on 19 November?', 'Energy', 'mo.w', 0, 961),
    'YES',
    'Settlement $81.14 on 19 November',
    '1902.6',
    861,
    32,
  ),
  answer(
    ask('Will it rain on the harbour fair?', 'Weather', 'jole', -2, 38),
    'NO',
    'The station measured 0 mm',
    '318.42',
    204,
    2_910,
  ),
  answer(
    ask('Will the budget pass in the first reading?', 'Politics', 'nadia.k', -4, 912),
    'YES',
    null,
    '744.05',
    512,
    5_800,
  ),
  answer(
    ask('Will Harbour United win the derby?', 'Sport', 'kestrel', -6, 71),
    'NO',
    'Final score 1:3',
    '1288.9',
    1_034,
    8_700,
  ),
  answer(
    ask('Will the new timetable start in October?', 'Travel', 'rails', -9, 944),
    'YES',
    null,
    '96.2',
    77,
    13_000,
  ),
]
