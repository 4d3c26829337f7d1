package telnet

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"golang.org/x/crypto/bcrypt"
)

// maxPasswordFile bounds how many bytes are read of a password file: thousands of users.
const maxPasswordFile = 1 << 20

// PasswordFile asks for a name and a password, and looks them up in the file at path, which it
// reads anew each time. A line of it is name:hash, as htpasswd -B writes it, or name:hash:act for
// a user who may act; the hash is bcrypt's. Empty lines and those that begin with # are skipped.
//
// One password is compared at a time, which takes a processor for some tens of milliseconds by
// bcrypt's design; the others wait. A name that does not exist takes as long.
func PasswordFile(path string) Authenticator { return &passwordFile{path: path} }

type passwordFile struct {
	path      string
	comparing sync.Mutex
}

// nobody is a hash of that cost for users who are not there: of a salt and a sum that are all
// zeros, which no password is known to give.
func nobody(cost int) []byte {
	return fmt.Appendf(nil, "$2a$%02d$%s", cost, strings.Repeat(".", 22+31))
}

func (f *passwordFile) Authenticate(ctx context.Context, peer *Peer) (Identity, error) {
	name, err := peer.Ask(ctx, "user: ")
	if err != nil {
		return Identity{}, err
	}
	password, err := peer.AskSecret(ctx, "password: ")
	if err != nil {
		return Identity{}, err
	}
	hash, level, err := f.find(name)
	if err != nil {
		return Identity{}, err
	}
	f.comparing.Lock()
	defer f.comparing.Unlock()
	if err := ctx.Err(); err != nil {
		return Identity{}, err
	}
	switch err := bcrypt.CompareHashAndPassword(hash, []byte(password)); {
	case err == nil:
		return Identity{User: name, Level: level}, nil
	case errors.Is(err, bcrypt.ErrMismatchedHashAndPassword), errors.Is(err, bcrypt.ErrPasswordTooLong):
		return Identity{User: name}, ErrDenied
	default:
		return Identity{User: name}, fmt.Errorf("%s: the hash of %q is not bcrypt's; make it with htpasswd -B: %w", f.path, name, err)
	}
}

// find returns what the file says of the user of that name; if it says nothing, nobody's hash, at
// the cost of the others.
func (f *passwordFile) find(name string) (hash []byte, level Level, err error) {
	file, err := os.Open(f.path)
	if err != nil {
		return nil, Look, err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	cost := bcrypt.DefaultCost
	for size := 0; lines.Scan(); {
		if size += len(lines.Bytes()); size > maxPasswordFile {
			return nil, Look, fmt.Errorf("%s is longer than %d bytes", f.path, maxPasswordFile)
		}
		fields := strings.Split(strings.TrimSpace(lines.Text()), ":")
		if len(fields) < 2 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if fields[0] != name {
			if c, err := bcrypt.Cost([]byte(fields[1])); err == nil {
				cost = c
			}
			continue
		}
		if len(fields) > 2 && fields[2] == "act" {
			level = Act
		}
		return []byte(fields[1]), level, nil
	}
	return nobody(cost), Look, lines.Err()
}
