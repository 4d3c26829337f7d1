// Package text lays out text for people who read it on a terminal: how many columns it takes, how
// to cut, fold and align it, what may be written to a terminal as it is, and how numbers and
// literals read. It also finds the name that somebody probably meant.
//
// It knows nothing of values, policy or sessions, so that each package of the project can use it.
package text
