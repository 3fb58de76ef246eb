// Wine 8 refuses TCP_KEEPCNT, which Windows 10 has, so each connection of `fetch` would fail there: it asks for
// keep-alive before it connects. Connections of these tests need none.
import { Socket } from "node:net";

Socket.prototype.setKeepAlive = function setKeepAlive() {
  return this;
};
