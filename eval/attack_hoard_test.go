package eval

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// hoardItem has secrets of every kind beside what may be told.
type hoardItem struct {
	Name     string
	N        int
	Kind     string
	Password string
	Pin      int
	Note     string // looks like a secret in some of them
	Card     string // hidden by a pattern
	Balance  int    // likewise
	Tagged   int    `inspect:"secret"`
	Gone     int    `inspect:"-"`
	Ratio    float64
	Next     *hoardItem
	Login    struct{ User, Token string }
}

// hoard has many of them, so that a batch has lanes with secrets and without.
type hoard struct {
	list   []*hoardItem
	vals   []hoardItem
	byName map[string]*hoardItem
	byID   map[int]hoardItem
	notes  []string
	texts  map[string]string // under names of secrets and others
	counts map[string]int    // likewise
	hidden map[string]int    // its elements are hidden by a pattern
	tokens []string
	pins   []int
}

const hoardSize = 150

// fillHoard makes a hoard with secrets that are made of secret. Its maps are copies of those of like, with other secrets, so
// that their order is the same; like may be nil.
func fillHoard(secret string, like *hoard) *hoard {
	h := &hoard{byName: map[string]*hoardItem{}, byID: map[int]hoardItem{}, texts: map[string]string{}, counts: map[string]int{}, hidden: map[string]int{}}
	if like != nil {
		h.byName, h.byID, h.texts, h.counts, h.hidden = maps.Clone(like.byName), maps.Clone(like.byID), maps.Clone(like.texts), maps.Clone(like.counts), maps.Clone(like.hidden)
	}
	n := len(secret)
	item := func(i int) *hoardItem {
		e := &hoardItem{
			Name: fmt.Sprint("n", i), N: i * 7 % 101, Kind: []string{"a", "b", "c"}[i%3], Password: fmt.Sprint(secret, i), Pin: n + i, Note: "plain", Card: secret, Balance: n * i,
			Tagged: n, Gone: n, Ratio: float64(i) / 3,
		}
		e.Login.User, e.Login.Token = "u", secret
		switch i % 21 {
		case 0, 20: // in the first lane too
			e.Note = "see https://u:" + secret + "@host/"
		case 4:
			e.Note = "Authorization: Bearer " + secret + "0123456789"
		case 9:
			e.Note = "-----BEGIN RSA PRIVATE KEY-----" + secret
		}
		return e
	}
	for i := range hoardSize {
		e := item(i)
		if i%17 != 3 {
			e.Next = item(i + 1)
		}
		name := fmt.Sprint("n", i)
		switch i % 25 {
		case 2:
			name = fmt.Sprint("password", i)
		case 3:
			name = fmt.Sprint("pin ", i)
		}
		h.list, h.vals, h.notes = append(h.list, e), append(h.vals, *e), append(h.notes, e.Note)
		h.byName[name], h.byID[i], h.texts[name], h.hidden[name] = e, *e, e.Note, n+i
		if h.counts[name] = i; strings.HasPrefix(name, "p") {
			h.texts[name], h.counts[name] = e.Password, e.Pin
		}
		h.tokens, h.pins = append(h.tokens, e.Password), append(h.pins, e.Pin)
	}
	return h
}

// TestAttackSecretsInBatches asks three hoards that differ in their secrets alone everything that goes in batches. All of
// them say the same: answers, errors, costs, how far they came, and how collections were walked.
func TestAttackSecretsInBatches(t *testing.T) {
	secrets := []string{theSecret, "zq9", strings.Repeat("Long-", 700)}
	// All maps are copies of the same, so that the entries lie at the same places: a sample chooses places.
	like := fillHoard("", nil)
	var hoards []*hoard
	for _, secret := range secrets {
		hoards = append(hoards, fillHoard(secret, like))
	}
	hide := registry.Hide("*.*.Card", "*.*.Balance", "*.*.Next.Balance", "*.*.Next.Card", "hidden.*")
	collections := []string{"list", "vals", "byName", "byID", "notes", "texts", "counts", "hidden", "tokens", "pins", "list[5:90]", "byName[3:50]", "filter(list, .N > 9)", "filter(byName, .Kind == \"a\")", "map(list, .Note)", "map(vals, .Card)", "map(byID, .N)"}
	chains := []string{".Name", ".N", ".Kind", ".Password", ".Pin", ".Note", ".Card", ".Balance", ".Tagged", ".Gone", ".Ratio", ".Next.N", ".Next.Note", ".Next.Balance", ".Login.User", ".Login.Token", "#", "#key", "#index", "7"}
	conditions := []string{"C > 20", "C == 50", "C == \"" + theSecret + "\"", "C contains \"" + theSecret[:3] + "\"", "C startsWith \"see\"", "C matches \"^plain$\"", "len(C) > 6", "C in [\"plain\", \"a\"]", "C in [3, 21, 24]", "C + 1 > 40", "C == C", "C < .N", "not (C > 3)", ".N > 50 or C == 3", ".Kind == \"b\" and C == \"plain\"", "C != nil"}
	forms := []string{"count(XS, COND)", "any(XS, COND)", "all(XS, COND)", "none(XS, COND)", "one(XS, COND)", "find(XS, COND)", "findIndex(XS, COND)", "findLast(XS, COND)", "filter(XS, COND)", "len(filter(XS, COND))", "sum(filter(XS, COND), .N)",
		"sum(XS, C)", "min(XS, C)", "max(XS, C)", "mean(XS, C)", "median(XS, C)", "map(XS, C)", "sum(map(XS, C))", "freq(XS, C)", "freq(XS, C, .N)", "freq(XS, .Kind, C)", "top(XS, 3, C)", "map(top(XS, 200, C), .by)", "hist(XS, C)", "groupBy(XS, C)", "sortBy(XS, C)", "take(sortBy(XS, C), 3)", "sortBy(XS, C)[:4]",
		"reduce(XS, #acc + C, 0)", "reduce(XS, C)", "uniq(XS, C)", "sample(XS, 5)", "map(sample(XS, 7), C)", "freq(XS)", "top(XS, 2)", "sum(XS)", "hist(XS)", "max(XS)"}
	turn, asked := 0, 0
	for _, policy := range []string{"live", "frozen"} { // the same questions in each run
		options := []registry.Option{hide}
		if policy == "frozen" {
			options = append(options, registry.Frozen())
		}
		sessions := make([]*Session, len(hoards))
		for i, h := range hoards {
			reg := registry.New()
			reg.GuardWait = time.Hour
			reg.Expose("h", h, options...)
			sessions[i] = NewSession(reg, Limits{Time: time.Hour, Share: 1})
		}
		for _, collection := range collections {
			for _, word := range strings.Fields("list vals byName byID notes texts counts hidden tokens pins") {
				if strings.HasPrefix(collection, word) || strings.Contains(collection, "("+word) {
					collection = strings.Replace(collection, word, "h."+word, 1)
					break
				}
			}
			for c, chain := range chains {
				for f, form := range forms {
					if turn++; (turn+7*c+3*f)%attack.Stride(61) != 0 {
						continue
					}
					asked++
					source := strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(form, "COND", conditions[turn%len(conditions)]), "XS", collection), "C", chain)
					source = strings.ReplaceAll(source, chain+"ard", ".Card") // of a collection
					q := Query{Source: source, Explain: true}
					switch turn % 3 {
					case 1:
						q.Limits.Entries = 1 + turn%400
					case 2:
						q.Limits.Bytes = 1000 + turn%5000
					}
					lanes := []int{1, 3, 63, 64, 65, 0}[turn%6]
					var first string
					for try := range 5 { // where a chunk ends depends on time
						same := true
						for i, s := range sessions {
							s.lanes = lanes
							random := uint64(turn)
							s.random = func() uint64 { random = random*6364136223846793005 + 1442695040888963407; return random }
							got := saidOfAll(t, s, q)
							if i == 0 {
								first = got
							} else if got != first {
								if same = false; try == 4 {
									t.Errorf("%s: %s %+v depends on the secret:\n%s", policy, source, q.Limits, parting(first, got))
								}
							}
							if i > 0 && strings.Contains(got, secrets[i]) {
								t.Errorf("%s: %s tells the secret:\n%s", policy, source, got)
							}
						}
						if same {
							break
						}
					}
				}
			}
		}
	}
	if t.Logf("%d expressions", asked); asked < 200/attack.Stride(1) {
		t.Error("too few")
	}
}

// saidOfAll is all that a session tells of a query, but for its time.
func saidOfAll(t *testing.T, s *Session, q Query) string {
	var b strings.Builder
	q.Progress = func(p Progress) {
		if told := fmt.Sprintln(p.Path, p.Of); !strings.Contains(b.String(), told) {
			b.WriteString(told)
		}
	}
	r, err := s.Run(t.Context(), q)
	if err == nil {
		for i := range r.Ways {
			if s.lanes == 0 { // the batches depend on time
				r.Ways[i].Batched, r.Ways[i].Single = 0, 0
			}
		}
		return b.String() + fmt.Sprintln(r.Node.Line(0), r.Page.String(), string(r.Value().JSON()), r.Notes, r.Codes, r.Name, r.Ways, r.Cost.Entries, r.Cost.Walked, r.Cost.Bytes, r.Cost.Torn)
	}
	var e *Error
	if !errors.As(err, &e) || e.Code == "internal" {
		t.Errorf("%s: %v", q.Source, err)
		return ""
	}
	fmt.Fprintln(&b, e.Code, e.Error())
	if p := e.Partial; p != nil {
		fmt.Fprintln(&b, p.Function, p.Path, p.Entries, p.Of, p.Kept)
		if p.Value != nil {
			fmt.Fprintln(&b, string(p.Value.JSON()))
		}
	}
	return b.String()
}
