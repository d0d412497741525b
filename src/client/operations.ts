// The typed operations of the printed schema, as made by graphql-codegen from schema/operations.
export * from '../../schema/generated/graphql.ts';
