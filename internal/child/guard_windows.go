package child

// A guard does nothing here.
type guard struct{}

func startGuard(string, string) *guard { return nil }

func (*guard) watch(int) {}

func (*guard) end() {}
