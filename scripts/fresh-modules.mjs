// Files of one process share no module of Vitest's loader: helpers register their hooks and keep their state for each.
import { vi } from "vitest";

vi.resetModules();
