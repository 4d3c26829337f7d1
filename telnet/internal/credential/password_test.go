package credential

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/crypto/bcrypt"

	_ "github.com/sightglass-go/sightglass/internal/attack" // go test ./... hands the flag to each package
)

// An unknown user costs as much as the most expensive known one.
func TestUnknownUserCosts(t *testing.T) {
	var lines []byte
	for name, cost := range map[string]int{"alice": bcrypt.MinCost, "bob": bcrypt.MinCost + 2, "carol": bcrypt.MinCost} {
		hash, err := bcrypt.GenerateFromPassword([]byte("x"), cost)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, name+":"+string(hash)+"\n"...)
		if name == "carol" {
			lines = append(lines, "dave:"+string(hash)+":act\n"...)
		}
	}
	path := filepath.Join(t.TempDir(), "passwords")
	if err := os.WriteFile(path, lines, 0o600); err != nil {
		t.Fatal(err)
	}
	f := NewPasswordFile(path)
	a, err := f.find("mallory")
	if cost, bad := bcrypt.Cost(a.hash); err != nil || bad != nil || cost != bcrypt.MinCost+2 {
		t.Errorf("the cost is %d: %v, %v", cost, err, bad)
	}
	if err := bcrypt.CompareHashAndPassword(a.hash, []byte("x")); !errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
		t.Errorf("the hash is not compared: %v", err)
	}
	if _, err := f.Check(t.Context(), "mallory", "x"); !errors.Is(err, ErrDenied) {
		t.Errorf("an unknown user is let in: %v", err)
	}
	if a, err := f.Check(t.Context(), "bob", "x"); a.User != "bob" || a.Acts || err != nil {
		t.Errorf("a known user is not: %+v, %v", a, err)
	}
	if a, err := f.Check(t.Context(), "dave", "x"); a.User != "dave" || !a.Acts || err != nil {
		t.Errorf("a user who may act: %+v, %v", a, err)
	}
	if a, err := f.Check(t.Context(), "dave", "y"); a.User != "dave" || a.Acts || !errors.Is(err, ErrDenied) {
		t.Errorf("a user who may act, with a wrong password: %+v, %v", a, err)
	}
}
