// Package text writes text for people at a terminal: it measures, cuts, folds and aligns text,
// escapes what a terminal would obey, and writes numbers, durations and literals. It also finds the
// name that somebody probably meant.
//
// It knows nothing of values, policy or sessions, so every package of the project can use it.
package text
