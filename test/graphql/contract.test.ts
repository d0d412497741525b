// The spoken contract: what bots, feeders and operators are built on. A name or type that changes here breaks them.
import { readFileSync } from 'node:fs';
import { isObjectType, buildSchema as parsed, printSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { ACCESS } from '#graphql/access.ts';
import { buildSchema } from '#graphql/schema.ts';

const schema = buildSchema();

const ROOTS = {
  'Query.exitParams': '(pair: String!, leverage: Float!, side: Side): ExitParams!',
  'Query.exitParamsBatch': '(requests: [ExitParamsRequest!]!): [ExitParams]!',
  'Query.leverageBins': '(side: Side, pair: String, lookbackDays: Int = 30): [LeverageBin!]!',
  'Query.ensembleDecisions':
    '(first: Int = 20, after: String, pair: String, side: Side, outcome: DecisionOutcome, source: String, from: DateTime, to: DateTime): EnsembleDecisionConnection!',
  'Query.decision': '(id: ID!): EnsembleDecision',
  'Query.signal': '(id: ID!): Signal',
  'Query.feeders': '(): [Feeder!]!',
  'Query.bots': '(): [Bot!]!',
  'Query.pauses': '(includeEnded: Boolean = false): [Pause!]!',
  'Query.study': '(id: ID!): Study',
  'Query.studies': '(first: Int = 20, after: String, pair: String): StudyConnection!',
  'Mutation.submitSignal': '(input: SubmitSignalInput!): SubmitSignalPayload!',
  'Mutation.recordTrades': '(trades: [ClosedTradeInput!]!): RecordTradesPayload!',
  'Mutation.pause': '(input: PauseInput!): Pause!',
  'Mutation.resume': '(id: ID!): Pause!',
  'Mutation.startSearch': '(input: StartSearchInput!): Study!',
  'Mutation.cancelSearch': '(id: ID!): Study!',
  'Subscription.exitParamsChanged': '(requests: [ExitParamsRequest!]!): ExitParams!',
  'Subscription.decisionMade': '(pair: String, side: Side): EnsembleDecision!',
  'Subscription.searchProgress': '(id: ID!): Study!',
};

/** Types whose fields take no arguments: `name type` of each field. */
const TYPES = {
  ExitLevels: 'stopLossPct Float!, takeProfitPct Float!',
  ExitParams:
    'pair String!, leverage Float!, side Side, source ParamSource!, position ExitLevels!, account ExitLevels!, riskCapped Boolean!, leverageBin String, winRate Float, profitFactor Float, avgWinPct Float, avgLossPct Float, totalTrades Int, validated Boolean, reason String!, asOf DateTime, readAt DateTime, ageSeconds Float, stale Boolean!, revision String!',
  LeverageBin:
    'label String!, minLeverage Float!, maxLeverage Float!, stopLossPct Float!, takeProfitPct Float!, winRate Float!, profitFactor Float, avgWinPct Float, avgLossPct Float, totalTrades Int!, firstTradeAt DateTime!, lastTradeAt DateTime!',
  Window: 'openedAt DateTime!, closesAt DateTime!',
  Signal:
    'id ID!, pair String!, side Side!, source String!, confidence Float!, confidenceDefaulted Boolean!, leverage Float, enterTag String, profitPct Float, safetyPct Float, sentAt DateTime, receivedAt DateTime!, window Window!, counted Boolean, decision EnsembleDecision',
  DeliveryAttempt: 'at DateTime!, status Int, error String, durationMs Float',
  Delivery:
    'bot String!, state DeliveryState!, tradeId String, detail String, pausedBy Pause, attempts [DeliveryAttempt!]!',
  EnsembleDecision:
    'id ID!, pair String!, side Side!, outcome DecisionOutcome!, reason DecisionReason, detail String, votes Int!, expectedFeeders Int!, confidence Float!, confidenceDefaulted Boolean!, sources [String!]!, leverage Float, enterTag String!, conflict Boolean!, windowOpenedAt DateTime!, windowClosedAt DateTime!, decidedAt DateTime!, signals [Signal!]!, deliveries [Delivery!]!, pausedBy Pause',
  Pause:
    'id ID!, pair String, side Side, source String, bot String, reason String!, author String!, createdAt DateTime!, until DateTime, endedAt DateTime, endedBy String, note String',
  Feeder:
    'source String!, lastSignalAt DateTime, signalsLastHour Int!, signalsLastDay Int!, defaultedShare Float, forwardedShare Float, agreementShare Float, silent Boolean!, trades Int!, winRate Float, expectancyPct Float, netProfitPct Float',
  Bot: 'name String!, sides [Side!]!, reachable Boolean, state String, forceEntryEnabled Boolean, positionAdjustment Boolean, clockOffsetSeconds Float, inFlight Int!, owed Int!, refusals [Refusal!]!, lastAnswerAt DateTime',
  Refusal: 'text String!, count Int!',
  PageInfo: 'hasNextPage Boolean!, hasPreviousPage Boolean!, startCursor String, endCursor String',
  EnsembleDecisionEdge: 'cursor String!, node EnsembleDecision!',
  EnsembleDecisionConnection: 'edges [EnsembleDecisionEdge!]!, nodes [EnsembleDecision!]!, pageInfo PageInfo!',
  StudyEdge: 'cursor String!, node Study!',
  StudyConnection: 'edges [StudyEdge!]!, nodes [Study!]!, pageInfo PageInfo!',
  Metrics:
    'trades Int!, winRate Float, profitFactor Float, expectancyPct Float, netProfitPct Float, avgWinPct Float, avgLossPct Float, sharpe Float, sortino Float, calmar Float, maxDrawdownPct Float, avgBars Float, exits Exits!',
  Exits: 'stopLoss Int!, roi Int!, maxHold Int!, forceExit Int!, trailingStopLoss Int!',
  Candidate:
    'stopLossPct Float!, takeProfitPct Float!, maxHold Int, space [ChosenValue!]!, objective Float!, metrics Metrics!',
  Baseline: 'fallback Metrics!, incumbent Metrics',
  Fold: 'trainFrom DateTime!, trainTo DateTime!, testFrom DateTime!, testTo DateTime!, stopLossPct Float!, takeProfitPct Float!, maxHold Int, space [ChosenValue!]!, inSample Metrics!, outOfSample Metrics!',
  Condition: 'name String!, passed Boolean!, sentence String!',
  Validation:
    'folds [Fold!]!, outOfSample Metrics!, pbo Float, slope Float, lossShare Float, interval ExpectancyInterval, stressed Metrics, conditions [Condition!]!, reasons [String!]!, warnings [String!]!',
  Plane: 'stops [Float!]!, targets [Float!]!, values [[Float]!]!',
  SubmitSignalPayload: 'signal Signal!, windowClosesAt DateTime!, duplicate Boolean!',
  RecordTradesPayload: 'recorded Int!, duplicates Int!',
};

function fieldsOf(name: string) {
  const type = schema.getType(name);
  if (!isObjectType(type)) throw new Error(`${name} is no object type`);
  return Object.values(type.getFields());
}

describe('the spoken contract', () => {
  it.each(Object.entries(ROOTS))('%s%s', (coordinate, signature) => {
    const [type = '', name] = coordinate.split('.');
    const field = fieldsOf(type).find((one) => one.name === name);
    const [, given = '', result = ''] = /^\((.*)\): (.*)$/.exec(signature) ?? [];
    expect(String(field?.type)).toBe(result);
    const args = (field?.args ?? []).map((arg) => {
      const literal = arg.defaultValue === undefined ? '' : ` = ${JSON.stringify(arg.defaultValue)}`;
      return `${arg.name}: ${arg.type}${literal}`;
    });
    expect(args.toSorted()).toEqual(given === '' ? [] : given.split(', ').toSorted());
  });

  it.each(Object.entries(TYPES))('%s { %s }', (name, fields) => {
    expect(
      fieldsOf(name)
        .map((field) => `${field.name} ${field.type}`)
        .toSorted(),
    ).toEqual(fields.split(', ').toSorted());
  });

  it('is the committed one, word for word', () => {
    const committed = readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8');
    expect(printSchema(parsed(committed))).toBe(printSchema(schema));
  });

  it('says of every root field who may use it', () => {
    const roots = ['Query', 'Mutation', 'Subscription'].flatMap((type) =>
      fieldsOf(type).map(({ name }) => `${type}.${name}`),
    );
    expect(
      Object.keys(ACCESS)
        .filter((name) => /^(Query|Mutation|Subscription)\./.test(name))
        .toSorted(),
    ).toEqual(roots.toSorted());
    expect(roots.toSorted()).toEqual(Object.keys(ROOTS).toSorted());
  });
});
