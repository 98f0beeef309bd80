package load

import (
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/stretchr/testify/require"
)

func TestConditions(t *testing.T) {
	t.Parallel()
	h := hdrhistogram.New(1, slowest, digits)
	for i := range 1000 {
		require.NoError(t, h.RecordValue(int64(i+1)*1000))
	}
	r := &Report{Deliveries: 1000, Failures: 5, Rate: 190, Latency: latencyOf(h), hist: h, Verdict: &Verdict{Lost: Finding{Count: 2}}}
	for text, holds := range map[string]bool{
		"p99<1s": true, "p99<990ms": false, "p99 <= 991ms": true, "p50>400ms": true, "max<2s": true, "min>=1ms": true, "mean<400ms": false,
		"errors<1%": true, "errors<0.5%": false, "errors<=0.5%": true, "errors<5": false, "errors<6": true,
		"rate>190": false, "rate>=190": true, "lost<1": false, "lost<=2": true, "doubled<1": true, "wrong<1": true, "forged<1": true,
		"p99.99<2s": true,
	} {
		conditions, err := ParseConditions(text)
		require.NoError(t, err, text)
		r.Conditions = nil
		require.Equal(t, holds, r.Judge(conditions), "%s: %v", text, r.Conditions)
	}
	all, err := ParseConditions("p99<1s,errors<0.1%")
	require.NoError(t, err)
	require.False(t, r.Judge(all))
	for _, text := range []string{"", "p99", "p99<", "p99<5", "p0<1s", "p101<1s", "errors<x%", "speed>1", "<1s", "p99<1s,", "lost<-1", "errors<NaN", "p99==1s"} {
		_, err := ParseConditions(text)
		require.ErrorIs(t, err, errCondition, text)
	}
	for _, unknown := range []*Report{{}, {Verdict: &Verdict{Inconclusive: "why"}}} {
		for _, text := range []string{"p99<1s", "errors<1%", "lost<1"} {
			conditions, err := ParseConditions(text)
			require.NoError(t, err)
			require.False(t, unknown.Judge(conditions), "what is not known does not hold: %s", text)
		}
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", -1000: "-1,000", -999: "-999", 1234567: "1,234,567"} {
		require.Equal(t, want, Number(n))
	}
}
