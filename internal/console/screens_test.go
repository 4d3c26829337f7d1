package console

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sightglass-go/sightglass/cmd/sightglass/shop"
	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/registry"
)

// screens are sessions with the demo's shop, one for each topic, with the lines that are typed:
// what one would show in a talk. Read the diff when they change.
var screens = []struct {
	topic string
	width int
	color bool
	lines []string
}{
	{"names", 80, false, []string{"dir()", "dir(cache)", "type(orders.pending)", "health"}},
	{"object", 80, false, []string{"cache", "config", "limits", "stats"}},
	{"table", 80, false, []string{"orders.pending", "orders.pending[0]", "orders.pending[0].lines", "cache.items | values() | sortBy(.hits, \"desc\") | take(3)"}},
	{"rows", 80, false, []string{
		"map(orders.pending, {{id: .id, who: .customer, lines: len(.lines), total: .total, since: .placed}})",
		"top(cache.items, 3, .hits)", "filter(orders.pending, .total > 200)", "groupBy(orders.pending, .customer) | keys()", "map(orders.pending, .id)",
	}},
	{"numbers", 80, false, []string{"cache.hits", "limits.MaxUpload", "cache.items[\"sku-3\"].etag", "1 / 3.0", "2 ** 64", "sum(orders.pending, .total)", "mean(map(orders.pending, .total))"}},
	{"times", 80, false, []string{"cache.swept", "config.Timeout", "limits.Retry", "orders.pending[0].placed", "now() - orders.pending[0].placed > 50ms", "cache.items[\"sku-3\"].expires"}},
	{"text", 80, false, []string{"config.Name", "cache.items[\"sku-0\"].page", "repeat(\"a long text \", 200)", "map(1..5, string(#))", "\"two\\nlines, a bell \\a, and \\u202e turned\""}},
	{"cuts", 80, false, []string{"orders.history", "1..5000", "_[64:128]", "orders.waits", "catalog.children"}},
	{"cycles", 80, false, []string{"catalog", "catalog.children[0].parent", "orders.history.older.newer.order.id"}},
	{"secrets", 80, false, []string{"config.APIToken", "config.Headers", "config.Database", "orders.pending[0].card", "config.APIToken startsWith \"tok\"", "keys(config.Headers)"}},
	{"marks", 80, false, []string{"loop.last", "loop.handled", "orders.lastErr", "help marks"}},
	{"mistakes", 80, false, []string{"cach.items", "cache.item", "cache.items[\"sku-3\"].Hits", "cache.items[\"sku-33\"]", "orders.pending[1000]", "cache.hits = 5", "cache.Flush()", "count(cache.items, .hits > \"many\")", "cache.hits +", "len(cache.items) == 0 && cache.nix"}},
	{"methods", 80, false, []string{"cache.Len()", "cache.Get(\"sku-3\")", "cache.GetHitRate()", "orders.Len()"}},
	{"distribution", 80, false, []string{"hist(orders.waits)", "freq(orders.pending, len(.lines) > 6)"}},
	{"change", 80, false, []string{"before = snap(stats)", "watch stats until _.requests > 44000", "diff(before, stats)"}},
	{"variables", 80, false, []string{"slow = filter(orders.pending, .total > 200)", "len(slow)", "_ * 2; _1", "q = orders", "q.shipped", "vars", "history"}},
	{"several-lines", 80, false, []string{"count(cache.items,\n  .hits > 3 and    // popular\n  .price < 50)", "cache.hits; orders.shipped; len(loop.carts) > 100", "let c = cache; c.hits + c.misses"}},
	{"settings", 80, false, []string{"set", "set items 3", "orders.pending", "set items 100000", "set items auto", "set depth 1", "orders", "set width 10", "set time 1h", "set time 30s", "set time x"}},
	{"json", 80, false, []string{"set format json", "orders.pending[0]", "config", "set format auto", "json(limits)"}},
	{"help", 80, false, []string{"help", "help watch", "help cache"}},
	{"watch-number", 80, false, []string{"watch 500ms stats.requests until _ > 47000"}},
	{"watch-struct", 80, false, []string{"watch orders until _.shipped > 300"}},
	{"watch-list", 80, false, []string{"watch 200ms orders.pending until len(_) > 6"}},
	{"narrow", 44, false, []string{"dir()", "cache", "orders.pending", "cach.items", "watch 500ms cache.hits until _ > 48000", "watch stats until _.requests > 60000"}},
	{"narrow-pages", 44, false, []string{"help", "help keys", "help marks", "help expressions", "help cache", "dir(cache)", "tree(orders, 2)", "before = snap(stats)", "hist(orders.waits)", "top(cache.items, 3, .hits)", "freq(orders.pending, .customer)", "diff(before, {sent: 1, open: false})", "vars"}},
	{"narrowest", 20, false, []string{"dir()", "help marks", "help cache", "tree(stats)", "hist(orders.waits)", "freq(orders.pending, len(.lines) > 6)", "cach.items"}},
	{"wide", 120, false, []string{"cache", "orders.pending", "catalog.children[0]"}},
	{"pages", 80, false, []string{"tree(orders, 2)", "help(stats)", "size(orders)", "before = snap(config)", "diff(before, {Name: \"corner store\"})", "top(cache.items, 3, .hits)", "freq(orders.pending, .customer)", "x = freq(cache.items, .hits > 5000)", "x = dir(cache)"}},
	{"80x24", 80, false, pictures},
	{"120x40", 120, false, pictures},
	{"colour", 80, true, []string{"dir()", "cache", "cach.items", "watch 500ms cache.hits until _ > 48000"}},
	{"colour-pages", 80, true, []string{"help cache", "tree(stats)", "hist(orders.waits)", "freq(orders.pending, len(.lines) > 6)", "before = snap(stats)", "diff(before, {sent: 1})"}},
}

// pictures are what is drawn for the size of the screen.
var pictures = []string{
	"dir()", "cache", "cache!", "orders", "orders.pending", "catalog", "orders.pending[1]", "tree(orders, 2)", "hist(orders.waits)", "freq(orders.pending, .customer)", "top(cache.items, 5, .hits)",
	"before = snap(orders)", "watch stats until _.requests > 120000", "watch orders until _.shipped > 900", "watch stats.requests until _ > 250000", "diff(before, orders)", "config",
}

// TestScreens runs the sessions ten seconds after the shop has opened, by a clock that moves only
// while everybody waits. Sessions that rest beside other goroutines would move it too.
func TestScreens(t *testing.T) {
	for _, sc := range screens {
		t.Run(sc.topic, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := shop.Seeded(8, 11)
				ctx, cancel := context.WithCancel(context.Background())
				closed := make(chan struct{})
				go func() {
					s.Run(ctx)
					close(closed)
				}()
				reg := registry.New()
				s.Expose(reg)
				time.Sleep(10*time.Second + 3*time.Millisecond) // between two bursts
				synctest.Wait()
				var screen strings.Builder
				session := New(eval.NewSession(reg, eval.Limits{Share: 1}), &screen, eval.Limits{})
				session.SetEchoed(true)
				session.style.keyed = true
				session.SetWidth(sc.width)
				if sc.topic == "120x40" {
					session.SetHeight(40)
				}
				session.style.color.terminal = sc.color
				for _, line := range sc.lines {
					screen.WriteString(prompt + strings.ReplaceAll(line, "\n", "\n"+more) + "\n")
					if err := session.Do(context.Background(), line); err != nil {
						t.Errorf("%s: %v", line, err)
					}
				}
				cancel()
				<-closed
				golden(t, filepath.Join("testdata", "screens", sc.topic+".txt"), lastDrawings(strings.ReplaceAll(screen.String(), "\x1b", "␛")))
			})
		})
	}
}

// lastDrawings returns what is on the screen at the end, of what was drawn in place.
func lastDrawings(screen string) string {
	for {
		before, after, ok := strings.Cut(screen, "A\r␛[J")
		if !ok {
			return screen
		}
		at := strings.LastIndex(before, "␛[")
		rows := 0
		for _, digit := range before[at+len("␛["):] {
			rows = 10*rows + int(digit-'0')
		}
		before = before[:at]
		for range rows {
			before = before[:strings.LastIndexByte(before[:len(before)-1], '\n')+1]
		}
		screen = before + after
	}
}
