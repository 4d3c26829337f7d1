// Package credential checks passwords and tokens, and keeps a server's certificate up to date. It
// knows who has which credential, and neither asks for one nor lets anybody in.
package credential

import "errors"

// ErrDenied is wrapped by the error of whoever does not have the credential.
var ErrDenied = errors.New("not admitted")
