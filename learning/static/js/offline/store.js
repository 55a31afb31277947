// What is kept on this device, in IndexedDB: what waits to be sent, which courses are downloaded, and whose they are.

const NAME = "handlingsrom";

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("queue", { keyPath: "id", autoIncrement: true });
      request.result.createObjectStore("downloads", { keyPath: "enrolment" });
      request.result.createObjectStore("facts");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function run(store, mode, work) {
  const base = await open();
  try {
    return await new Promise((resolve, reject) => {
      // Strict: what somebody wrote is on the disk before they are told that it is kept.
      const transaction = base.transaction(store, mode, { durability: "strict" });
      const request = work(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
      transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    base.close();
  }
}

export const all = (store) => run(store, "readonly", (place) => place.getAll());
export const get = (store, key) => run(store, "readonly", (place) => place.get(key));
export const put = (store, value, key) => run(store, "readwrite", (place) => place.put(value, key));
export const remove = (store, key) => run(store, "readwrite", (place) => place.delete(key));
