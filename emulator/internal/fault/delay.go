package fault

import (
	"context"
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/yaml"
)

// Delay is how long an answer is held back: always the same, or drawn anew for each.
type Delay struct {
	fixed       time.Duration
	least, most time.Duration // uniform between
	median      time.Duration // lognormal around
	sigma       float64
}

func readDelay(n *yaml.Node) (*Delay, error) {
	d := &Delay{}
	if n.Kind != yaml.Mapping {
		return d, span(n, &d.fixed)
	}
	err := n.Read("delay", map[string]yaml.Reader{
		"uniform": func(v *yaml.Node) error {
			if v.Kind != yaml.Sequence || len(v.Items) != 2 {
				return yaml.Fault(v, "uniform: want the least and the most, such as [50ms, 200ms]")
			}
			if err := span(v.Items[0], &d.least); err != nil {
				return err
			}
			if err := span(v.Items[1], &d.most); err != nil {
				return err
			}
			if d.most < d.least {
				return yaml.Fault(v, "uniform: the most is less than the least")
			}
			return nil
		},
		"lognormal": func(v *yaml.Node) error {
			return v.Read("lognormal", map[string]yaml.Reader{
				"median": func(v *yaml.Node) error { return span(v, &d.median) },
				"sigma": func(v *yaml.Node) (err error) {
					d.sigma, err = strconv.ParseFloat(string(v.Scalar), 64)
					if v.Kind != yaml.Number || err != nil || d.sigma < 0 || d.sigma > 5 {
						return yaml.Fault(v, "sigma: want a number from 0 to 5")
					}
					return nil
				},
			})
		},
	})
	return d, err
}

// longest is the most that a drawn delay can be.
const longest = 10 * time.Minute

// Draw gives the delay of one call.
func (d *Delay) Draw(r *rand.Rand) time.Duration {
	switch {
	case d.most > 0:
		return d.least + time.Duration(r.Int64N(int64(d.most-d.least)+1))
	case d.median > 0:
		return min(time.Duration(float64(d.median)*math.Exp(d.sigma*r.NormFloat64())), longest)
	}
	return d.fixed
}

// Wait holds a call back, in real time or a test bubble's; it ends early with the request.
func (d *Delay) Wait(ctx context.Context, r *rand.Rand) {
	if d == nil {
		return
	}
	t := time.NewTimer(d.Draw(r))
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// chance is the source of one decision: it depends on the world's seed, the rule and the how manyth match it is.
func chance(seed uint64, rule string, n int) *rand.Rand {
	return rand.New(rand.NewPCG(api.Mix(seed, api.Hash(rule)), uint64(n))) //nolint:gosec // repeatable on purpose
}
