import type { Redis } from "ioredis";

/** Clients of one server that end together. */
export interface ClientGroup {
  /** Creates a client, which connects with its first command. The duplicates that BullMQ makes belong to the group. */
  open(): Redis;
  /**
   * Ends all clients for good: pending commands reject, and none connects again, whatever its state. BullMQ waits for
   * the end of a client, and a plain disconnection does not end one that is about to connect again.
   */
  end(): void;
}

/** How the clients of a group are made. */
export interface ClientGroupOptions {
  create(): Redis;
  readonly onError: (error: Error) => void;
}

function endClient(client: Redis): void {
  // A client in this state has no socket, and its disconnection would clear the timer and leave the state for ever.
  if (client.status === "reconnecting") client.status = "wait";
  client.disconnect();
}

/** Creates a group without clients. */
export function clientGroup({ create, onError }: ClientGroupOptions): ClientGroup {
  const clients: Redis[] = [];
  let isEnded = false;

  function adopt(client: Redis): Redis {
    const duplicate = client.duplicate.bind(client);
    const connect = client.connect.bind(client);
    client.duplicate = (...changes) => adopt(duplicate(...changes));
    // BullMQ opens a client again that ended under a command.
    client.connect = async () => {
      if (isEnded) throw new Error("Connection is closed.");
      await connect();
    };
    client.on("error", onError);
    clients.push(client);
    if (isEnded) endClient(client);
    return client;
  }

  return {
    open: () => adopt(create()),
    end() {
      isEnded = true;
      for (const client of clients) endClient(client);
    },
  };
}
