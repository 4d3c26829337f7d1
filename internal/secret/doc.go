// Package secret recognizes secrets: by the name of a field, key, method or type, and by the look
// of a text. It also redacts an expression before it is logged.
//
// # Names
//
// A name is split into words at changes of case, at digits and at anything that is not a letter:
// APIKey, api_key and api-key all read "api key". Long distinctive words also count inside others,
// as in dbpassword.
//
// A name is secret if one of its words is, unless its first or last word says that it only
// describes a secret (tokenType, passwordPolicy, maxTokens). A secret name covers strings and
// bytes, and what lists, maps, pointers and interfaces hold of them. It covers numbers and booleans
// only if the whole name is a secret's (pin, otp, token), and those in lists and maps if it is the
// plural of one (pins, but not tokens, which people count). So tokens_per_second, tokenCount and
// hasPassword are shown.
//
// The fields of a struct have names of their own, which decide about them. Only a field whose name
// says nothing (see [Generic]) inherits from the name of the struct.
//
// # Looks
//
// [In] finds keys, tokens and passwords in a text, whatever its name. It errs on the side of
// hiding: one secret hides the whole text around it.
package secret
