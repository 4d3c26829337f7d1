package credential

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"golang.org/x/crypto/bcrypt"
)

// maxPasswordFile bounds a password file, in bytes: thousands of users.
const maxPasswordFile = 1 << 20

// PasswordFile is a file of users and the bcrypt hashes of their passwords: lines name:hash, as
// htpasswd -B writes them, or name:hash:act. Empty lines and those that begin with # are skipped.
// It is safe for concurrent use.
type PasswordFile struct {
	path      string
	comparing sync.Mutex // bcrypt takes tens of milliseconds by design: one processor at most
}

// NewPasswordFile returns the password file at path. It is read by each Check, and need not exist
// yet.
func NewPasswordFile(path string) *PasswordFile { return &PasswordFile{path: path} }

// Account is the line of a user in a password file.
type Account struct {
	User string // "" if the file has no such user
	Acts bool   // the user may act

	hash  []byte
	level string // as the file has it
}

// Check returns the account of the user of that name if the password is right. Otherwise the error
// wraps ErrDenied; that of ctx or of reading the file does not. An unknown name takes as long as
// one whose hash has the highest cost in the file.
func (f *PasswordFile) Check(ctx context.Context, name, password string) (Account, error) {
	a, err := f.find(name)
	if err != nil {
		return Account{}, err
	}
	f.comparing.Lock()
	defer f.comparing.Unlock()
	if err := ctx.Err(); err != nil {
		return Account{}, err
	}
	err = a.check(password) // not in the return: a would be copied before or after it sets Acts
	return a, err
}

// check sets a.Acts if the password is right.
func (a *Account) check(password string) error {
	switch err := bcrypt.CompareHashAndPassword(a.hash, []byte(password)); {
	case a.User == "": // the name is not in the error, as it may be a password typed in the wrong place
		return fmt.Errorf("%w: no such user", ErrDenied)
	case errors.Is(err, bcrypt.ErrMismatchedHashAndPassword):
		return fmt.Errorf("%w: wrong password", ErrDenied)
	case err != nil:
		return fmt.Errorf("%w: the hash in the password file is not bcrypt's; make it with htpasswd -B: %w", ErrDenied, err)
	}
	switch a.level {
	case "":
	case "act":
		a.Acts = true
	default:
		return fmt.Errorf("%w: the level in the password file is %q; it may be act, or left out", ErrDenied, a.level)
	}
	return nil
}

// find returns the line of the user of that name; for an unknown name an Account without a User,
// whose hash matches no password.
func (f *PasswordFile) find(name string) (found Account, err error) {
	file, err := os.Open(f.path)
	if err != nil {
		return found, err
	}
	defer file.Close()
	highest, size := bcrypt.MinCost, 0
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if size += len(lines.Bytes()); size > maxPasswordFile {
			return found, fmt.Errorf("%s is longer than %d bytes", f.path, maxPasswordFile)
		}
		user, rest, _ := strings.Cut(strings.TrimSpace(lines.Text()), ":")
		hash, level, _ := strings.Cut(rest, ":")
		if user == "" || strings.HasPrefix(user, "#") {
			continue
		}
		if cost, err := bcrypt.Cost([]byte(hash)); err == nil {
			highest = max(highest, cost)
		}
		if user == name && found.User == "" {
			found = Account{User: user, hash: []byte(hash), level: level}
		}
	}
	if found.User == "" {
		found.hash = unmatched(highest)
	}
	return found, lines.Err()
}

// unmatched returns a hash of that cost which no password is known to match: its salt and its sum
// are all zeros.
func unmatched(cost int) []byte {
	return fmt.Appendf(nil, "$2a$%02d$%s", cost, bytes.Repeat([]byte("."), 22+31))
}
