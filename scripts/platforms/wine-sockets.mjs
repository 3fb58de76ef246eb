// Under Wine 8 each connection of `fetch` fails with UNKNOWN, as it asks for keep-alive before it connects; without
// keep-alive it connects. Wine probably lacks an option of sockets that Node sets, TCP_KEEPCNT.
import { Socket } from "node:net";

Socket.prototype.setKeepAlive = function setKeepAlive() {
  return this;
};
