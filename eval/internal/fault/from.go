package fault

import (
	"context"
	"errors"
	"strings"

	"github.com/sightglass-go/sightglass/internal/access"
)

// From turns any error into an *Error. It takes what package access says after the first semicolon,
// or after the colon of a refusal, for the hint.
func From(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	code := codeOf(err)
	text, hint, found := cutHint(err.Error())
	if !found && code == "not_allowed" {
		text, hint, _ = strings.Cut(text, ": ")
	}
	return (&Error{Code: code, Text: text, Err: err}).With("%s", hint)
}

// cutHint cuts s at its first semicolon that is not one of a type, as in struct{ a, b int; c bool }.
func cutHint(s string) (text, hint string, found bool) {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '{':
			depth++
		case '}':
			depth--
		case ';':
			if depth == 0 && strings.HasPrefix(s[i:], "; ") {
				return s[:i], s[i+2:], true
			}
		}
	}
	if depth != 0 { // the braces are those of a text
		return strings.Cut(s, "; ")
	}
	return s, "", false
}

// codeOf is the stable code of an error of package access.
func codeOf(err error) string {
	var (
		name   *access.NameError
		pkg    *access.PackageError
		field  *access.FieldError
		many   *access.AmbiguousError
		key    *access.KeyError
		index  *access.IndexError
		kind   *access.TypeError
		method *access.MethodError
		guard  *access.GuardError
		secret *access.RedactedError
	)
	switch {
	case errors.As(err, &name), errors.As(err, &pkg):
		return "unknown_name"
	case errors.As(err, &field):
		return "no_field"
	case errors.As(err, &many):
		return "ambiguous"
	case errors.As(err, &key):
		return "no_key"
	case errors.As(err, &index):
		return "range"
	case errors.As(err, &kind):
		return "type"
	case errors.As(err, &guard):
		return "guard"
	case errors.As(err, &secret):
		return "redacted"
	case errors.As(err, &method):
		if method.Refused {
			return "not_allowed"
		}
		return "method"
	case errors.Is(err, access.ErrNil):
		return "nil"
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "cancelled"
	}
	return "unreadable"
}
