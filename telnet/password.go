package telnet

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

// PasswordFile asks for a name and a password, and looks them up in the file at path, which it
// reads anew each time. A line of it is name:hash, as htpasswd -B writes it, or name:hash:act for
// a user who may act; the hash is bcrypt's. Empty lines and those that begin with # are skipped.
//
// One password is compared at a time, which takes a processor for some tens of milliseconds by
// bcrypt's design; the others wait. A name that does not exist takes as long as one whose hash has
// the highest cost in the file. As bcrypt has it, the first 72 bytes of a password count.
func PasswordFile(path string) Authenticator { return &passwordFile{path: path} }

type passwordFile struct {
	path      string
	comparing sync.Mutex
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
	entry, err := f.find(name)
	if err != nil {
		return Identity{}, err
	}
	f.comparing.Lock()
	defer f.comparing.Unlock()
	if err := ctx.Err(); err != nil {
		return Identity{}, err
	}
	return entry.check(password)
}

// passwordEntry is what a password file says of a user.
type passwordEntry struct {
	user  string // "" for one who is not in it
	hash  []byte
	level string
}

// check lets in who has the password. Somebody who is not in the file is not named: it may be the
// password that was typed there.
func (e passwordEntry) check(password string) (Identity, error) {
	who := Identity{User: e.user}
	switch err := bcrypt.CompareHashAndPassword(e.hash, []byte(password)); {
	case e.user == "":
		return who, fmt.Errorf("%w: no such user", ErrDenied)
	case errors.Is(err, bcrypt.ErrMismatchedHashAndPassword):
		return who, fmt.Errorf("%w: wrong password", ErrDenied)
	case err != nil:
		return who, fmt.Errorf("%w: the hash in the password file is not bcrypt's; make it with htpasswd -B: %w", ErrDenied, err)
	}
	switch e.level {
	case "":
	case Act.String():
		who.Level = Act
	default:
		return who, fmt.Errorf("%w: the level in the password file is %q; it may be act, or left out", ErrDenied, e.level)
	}
	return who, nil
}

// find returns what the file says of the user of that name.
func (f *passwordFile) find(name string) (found passwordEntry, err error) {
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
		if user == name && found.user == "" {
			found = passwordEntry{user, []byte(hash), level}
		}
	}
	if found.user == "" {
		found.hash = unmatched(highest)
	}
	return found, lines.Err()
}

// unmatched is a hash of that cost, of a salt and a sum that are all zeros, which no password is
// known to give.
func unmatched(cost int) []byte {
	return fmt.Appendf(nil, "$2a$%02d$%s", cost, bytes.Repeat([]byte("."), 22+31))
}
