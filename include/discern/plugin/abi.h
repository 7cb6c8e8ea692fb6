#pragma once

/*
 * The boundary between the host and a plugin: C only, plain values only.
 *
 * A plugin author includes plugin.hpp and never looks here. What crosses is message-shaped: every
 * call carries values, none carries an object, so that a plugin may run in another process one day.
 *
 * Promise of API 1:
 *  - Structs only grow at their end. Each begins with its size; a reader takes what is there and
 *    reads the rest as zero. discern_text, discern_pair, discern_callback and discern_file are
 *    frozen: they stand in arrays or without a size.
 *  - Texts are UTF-8, not terminated, and valid only during the call that passes them. The host
 *    replaces bytes that are none by U+FFFD, except in storage and in bodies of HTTP and files.
 *  - Functions of discern_host may be called from every thread and never throw. None blocks but
 *    `storage`, which waits for the disk.
 *  - The host calls a plugin on one thread, the plugin's own, and one call at a time.
 *  - No call may let an exception out: it fills in discern_failure and returns non-zero.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DISCERN_API_MAJOR 1u
#define DISCERN_API_MINOR 0u

typedef struct discern_text {
  const char* data;
  size_t size;
} discern_text;

typedef struct discern_pair {
  discern_text name;
  discern_text value;
} discern_pair;

enum { DISCERN_OK = 0, DISCERN_FAILED = 1 };

/* Why a call returned non-zero. The memory is the caller's; texts are terminated and cut to fit. */
typedef struct discern_failure {
  uint32_t size;
  uint32_t reserved;
  char type[128]; /* The exception's type: "std::out_of_range". */
  char text[512];
} discern_failure;

/*
 * Something the host shall call later. `message` is the struct that the registration names.
 * `release` is called exactly once, on the plugin's thread, when `run` will not be called again. A
 * plugin that was abandoned because its thread did not come back is never released.
 */
typedef struct discern_callback {
  int32_t (*run)(void* context, const void* message, discern_failure* failure);
  void (*release)(void* context);
  void* context;
} discern_callback;

/* ---- messages to the plugin */

typedef struct discern_event {
  uint32_t size;
  uint32_t shard;
  uint64_t sequence;
  uint64_t guild;    /* 0: a direct message. */
  uint32_t replayed; /* 1: may have been seen before a crash. */
  uint32_t reserved;
  discern_text type;    /* "MESSAGE_CREATE" */
  discern_text payload; /* The whole gateway message: {"op":0,"t":"...","d":{...}}. */
} discern_event;

/* The values of Discord's interaction types. */
enum {
  DISCERN_INTERACTION_COMMAND = 2,
  DISCERN_INTERACTION_COMPONENT = 3,
  DISCERN_INTERACTION_AUTOCOMPLETE = 4,
  DISCERN_INTERACTION_MODAL = 5,
};

typedef struct discern_interaction {
  uint32_t size;
  uint32_t type;
  uint64_t id; /* For answer() and release_interaction(). */
  uint64_t guild;
  discern_text name;    /* Command path "music play", or the plugin's own part of a custom_id. */
  discern_text payload; /* Like discern_event.payload; its token is blanked, the host keeps it. */
} discern_interaction;

typedef struct discern_http_request {
  uint32_t size;
  uint32_t header_count;
  uint64_t id; /* For respond(). */
  discern_text method;
  discern_text path;  /* After /plugins/<id>, beginning with "/". */
  discern_text query; /* Undecoded, without the question mark. */
  discern_text body;
  const discern_pair* headers;
} discern_http_request;

/* What became of a request to Discord or of an answer to an interaction. */
typedef struct discern_result {
  uint32_t size;
  int32_t status;       /* HTTP status; 0 when there was no answer. */
  int32_t discord_code; /* Discord's JSON error code or 0. */
  uint32_t failed;
  discern_text body;
  discern_text error; /* One sentence; empty when it worked. */
} discern_result;

/* ---- messages to the host */

/* The handler that a coroutine belongs to. */
enum {
  DISCERN_ORIGIN_NONE = 0, /* The call that runs now. */
  DISCERN_ORIGIN_INTERACTION = 1,
  DISCERN_ORIGIN_EVENT = 2,
  DISCERN_ORIGIN_ROUTE = 3,
  DISCERN_ORIGIN_TIMER = 4,
};

/* A coroutine failed after its handler returned, or is given up because the plugin stops. */
typedef struct discern_task_end {
  uint32_t size;
  uint32_t origin;
  uint64_t interaction; /* Of ORIGIN_INTERACTION. */
  discern_text name;    /* "MESSAGE_CREATE", "/page", "every 5000 ms". */
  uint32_t cancelled;
  uint32_t reserved;
  const discern_failure* failure; /* Null when it was cancelled. */
} discern_task_end;

/* Discord's values. 0 is a slash command, too. */
enum { DISCERN_COMMAND_SLASH = 1, DISCERN_COMMAND_USER = 2, DISCERN_COMMAND_MESSAGE = 3 };

/*
 * One command without subcommands ("ping") or one subcommand ("music play", "music queue add"); or
 * one in the menu of a person or a message, whose `path` is its name as people read it ("Report")
 * and which has neither description nor options.
 */
typedef struct discern_command {
  uint32_t size;
  uint32_t reserved;
  discern_text path;
  discern_text description;
  discern_text options_json; /* Array of Discord's option objects, or empty. */
  /*
   * Object, merged into the top-level command, or empty. Its member "own", an object, goes into the
   * command of `path` itself; "ephemeral" is a word to the host.
   */
  discern_text attributes_json;
  discern_callback run;          /* discern_interaction, type COMMAND. */
  discern_callback autocomplete; /* discern_interaction, type AUTOCOMPLETE; may be all null. */
  uint32_t type;
  uint32_t reserved_too;
} discern_command;

enum { DISCERN_ON_EVENT = 1, DISCERN_ON_COMPONENT = 2, DISCERN_ON_MODAL = 3, DISCERN_ON_ROUTE = 4 };

/*
 * Who may call a route. Values that a host does not know are refused by it.
 * DEFAULT  whoever may look at the dashboard; never on behalf of another site's page
 * PUBLIC   pages of other sites, too
 */
enum { DISCERN_ACCESS_DEFAULT = 0, DISCERN_ACCESS_PUBLIC = 1 };

/*
 * ON_EVENT      key = event type, "*" for every type          message: discern_event
 * ON_COMPONENT  key = beginning of the custom_id              message: discern_interaction
 * ON_MODAL      key = beginning of the custom_id              message: discern_interaction
 * ON_ROUTE      key = "/path" or "/path/" and what is below "*" message: discern_http_request
 *
 * A plugin puts "<plugin id>:" before every custom_id it sends (plugin.hpp does); the host, which
 * finds the plugin by it, takes it off again.
 */
typedef struct discern_subscription {
  uint32_t size;
  uint32_t kind;
  discern_text key;
  discern_callback run;
  uint32_t access; /* ON_ROUTE: DISCERN_ACCESS_... */
  uint32_t reserved;
} discern_subscription;

/* Message: null. `repeat_ms` 0 runs once. */
typedef struct discern_timer {
  uint32_t size;
  uint32_t reserved;
  uint64_t delay_ms;
  uint64_t repeat_ms;
  discern_callback run;
} discern_timer;

typedef struct discern_file {
  uint32_t size;
  uint32_t reserved;
  discern_text name; /* The host cleans it, and writes the clean one into the JSON, too. */
  discern_text content_type;
  discern_text bytes;
} discern_file;

enum {
  DISCERN_ANSWER_REPLY =
      1, /* First answer; after a deferral, the content of the loading message. */
  DISCERN_ANSWER_DEFER = 2,
  DISCERN_ANSWER_EDIT = 3, /* Changes the first answer. */
  DISCERN_ANSWER_FOLLOW_UP = 4,
  DISCERN_ANSWER_DELETE = 5,  /* Removes the first answer. */
  DISCERN_ANSWER_UPDATE = 6,  /* Components: changes the message the component is on. */
  DISCERN_ANSWER_CHOICES = 7, /* Autocomplete. */
  DISCERN_ANSWER_MODAL = 8,   /* First answer only. */
  DISCERN_ANSWER_EDIT_FOLLOW_UP = 9,
  DISCERN_ANSWER_DELETE_FOLLOW_UP = 10,
};

typedef struct discern_answer {
  uint32_t size;
  uint32_t kind;
  uint32_t ephemeral; /* 1: only the person who asked sees it. */
  uint32_t file_count;
  discern_text json; /* The `data` of the answer: a message, choices or a modal. */
  const discern_file* files;
  discern_callback done; /* discern_result; may be all null. */
  uint64_t message; /* EDIT_FOLLOW_UP, DELETE_FOLLOW_UP: which; the result of FOLLOW_UP says. */
} discern_answer;

typedef struct discern_http_response {
  uint32_t size;
  int32_t status;
  discern_text content_type;
  discern_text body;
} discern_http_response;

typedef struct discern_rest_request {
  uint32_t size;
  uint32_t parameter_count;
  uint32_t file_count;
  uint32_t reserved;
  discern_text method;
  discern_text route;             /* Templated: "/channels/{}/messages". */
  const discern_text* parameters; /* Fill the holes in order; unescaped. */
  discern_text query;
  discern_text json;
  discern_text reason; /* For the guild's audit log. */
  const discern_file* files;
  discern_callback done; /* discern_result; may be all null. */
} discern_rest_request;

/* An outgoing HTTP request, over the host's thread for them. Redirects are not followed. */
typedef struct discern_web_request {
  uint32_t size;
  uint32_t header_count;
  uint64_t timeout_ms;         /* 0: 15 s; at most 60 s. */
  uint64_t max_response_bytes; /* 0: 1 MiB; at most 16 MiB. */
  discern_text method;
  discern_text url; /* http:// or https://, escaped. */
  discern_text body;
  const discern_pair* headers;
  discern_callback done; /* discern_web_response; may be all null. */
} discern_web_request;

typedef struct discern_web_response {
  uint32_t size;
  int32_t status; /* 0 when there was no answer. */
  uint32_t failed;
  uint32_t header_count;
  discern_text body;
  discern_text error;          /* One sentence; empty when there was an answer of any status. */
  const discern_pair* headers; /* Names in lower case. */
} discern_web_response;

/*
 * GET    one row, or none, for `key`
 * LIST   rows in the order of their keys' bytes: those that begin with `key` and come after `after`
 * WRITE  all of `changes` or none; a change whose value's data is null removes its key
 */
enum { DISCERN_STORAGE_GET = 1, DISCERN_STORAGE_LIST = 2, DISCERN_STORAGE_WRITE = 3 };

typedef struct discern_storage_request {
  uint32_t size;
  uint32_t kind;
  uint32_t limit; /* LIST: at most so many rows; 0: 1,000. */
  uint32_t change_count;
  discern_text key;
  discern_text after;
  const discern_pair* changes;
} discern_storage_request;

/* Called for each row, on the calling thread, before `storage` returns. */
typedef struct discern_storage_rows {
  void (*row)(void* context, discern_text key, discern_text value);
  void* context;
} discern_storage_rows;

enum {
  DISCERN_COUNTER = 1,
  DISCERN_GAUGE = 2,
  DISCERN_HISTOGRAM = 3,
  DISCERN_DISTINCT = 4,
  DISCERN_TOPK = 5, /* Its last label names the item. */
};
/* To the gateway, on the connection of the guild's shard: opcodes 4, 8, 31 and 43. */
typedef struct discern_gateway_payload {
  uint32_t size;
  uint32_t op;
  uint64_t guild;
  discern_text d;        /* JSON; with all around it at most 4,096 bytes. */
  discern_callback done; /* discern_result, without status and body; may be all null. */
} discern_gateway_payload;

/* The host puts "plugin_<id>_" before the name. */
typedef struct discern_metric {
  uint32_t size;
  uint32_t kind;
  uint32_t label_count; /* At most 3. */
  uint32_t top;         /* TOPK: how many items are shown; 0: 10; at most 100. */
  discern_text name;
  discern_text help;
  const discern_text* labels;
} discern_metric;

/*
 * Where a series counts. Counters and histograms: `slot`, an index into the calling thread's slab
 * (metric_cells.hpp). Gauges: `cell`, read and written atomically. Distincts and top-k: `sketch`,
 * for add_distinct and add_top. Valid for the life of the host.
 */
typedef struct discern_series {
  uint32_t size;
  uint32_t slot;
  double* cell;
  void* sketch;
} discern_series;

/* CLOCK_DISCORD: the system time that Discord's clocks show, however wrong this machine's is. */
enum { DISCERN_CLOCK_STEADY = 0, DISCERN_CLOCK_SYSTEM = 1, DISCERN_CLOCK_DISCORD = 2 };
enum { DISCERN_RECORD_LOAD_TIME = 1, DISCERN_RECORD_COMMAND_USAGE = 2, DISCERN_RECORD_ERROR = 3 };
enum { DISCERN_LOG_DEBUG = 0, DISCERN_LOG_INFO = 1, DISCERN_LOG_WARN = 2, DISCERN_LOG_ERROR = 3 };

/* What the host offers. Valid as long as the plugin is loaded. */
typedef struct discern_host {
  uint32_t size;
  uint32_t api_major;
  uint32_t api_minor;
  uint32_t reserved;
  void* context; /* First argument of every function. */

  void (*log)(void* context, int32_t level, discern_text text);

  /* Each returns a registration, or 0 and fills in the failure; then `release` was called. */
  uint64_t (*register_command)(void* context,
                               const discern_command* command,
                               discern_failure* failure);
  uint64_t (*subscribe)(void* context, const discern_subscription* what, discern_failure* failure);
  uint64_t (*start_timer)(void* context, const discern_timer* timer, discern_failure* failure);
  /* Undoes one of the above. Safe from inside its own callback. */
  void (*remove)(void* context, uint64_t registration);

  int32_t (*answer)(void* context,
                    uint64_t interaction,
                    const discern_answer* answer,
                    discern_failure* failure);
  /* No further answer will come. Called once for each interaction that was handed over. */
  void (*release_interaction)(void* context, uint64_t interaction);
  int32_t (*respond)(void* context, uint64_t request, const discern_http_response* response);
  int32_t (*request)(void* context, const discern_rest_request* request, discern_failure* failure);

  /* A family, or 0 and fills in the failure. */
  uint64_t (*declare_metric)(void* context, const discern_metric* metric, discern_failure* failure);
  /* Never fails for a declared family: beyond its limit every label set is the series "other". */
  int32_t (*find_series)(void* context,
                         uint64_t family,
                         const discern_text* values,
                         uint32_t count,
                         discern_series* series);
  /* The slow path of counting: no slab yet, a histogram's first value in an octave, out of range.
   */
  void (*add_to_counter)(void* context, uint32_t slot, uint64_t n);
  void (*observe)(void* context, uint32_t slot, double value);
  void (*add_distinct)(void* context, void* sketch, discern_text value);
  void (*add_top)(void* context, void* sketch, discern_text item, uint64_t n);
  /* What the seed's recording functions do. */
  void (*record)(void* context, uint32_t what, discern_text name, double value);

  /* Nanoseconds: steady since some time in the past, system since 1970. */
  int64_t (*clock_ns)(void* context, uint32_t which);
  int32_t (*web_request)(void* context,
                         const discern_web_request* request,
                         discern_failure* failure);
  /* `rows` may be null for WRITE. */
  int32_t (*storage)(void* context,
                     const discern_storage_request* request,
                     const discern_storage_rows* rows,
                     discern_failure* failure);
  int32_t (*send_gateway)(void* context,
                          const discern_gateway_payload* payload,
                          discern_failure* failure);
  /* Called while the interaction, if there is one, is not released yet. */
  void (*task_ended)(void* context, const discern_task_end* end);
} discern_host;

/* What a plugin is told about itself. Texts are valid as long as it is loaded. */
typedef struct discern_start {
  uint32_t size;
  uint32_t reserved;
  discern_text id;
  discern_text version;
  discern_text config_json; /* An object: the manifest's [config] under the host's [plugin.<id>]. */
} discern_start;

/* What a plugin offers. Functions run on the plugin's thread, in this order. */
typedef struct discern_plugin {
  uint32_t size;
  uint32_t api_major; /* What it was compiled against. */
  uint32_t api_minor;
  uint32_t reserved;
  void* (*create)(const discern_host* host, const discern_start* start, discern_failure* failure);
  int32_t (*init)(void* plugin, discern_failure* failure);
  /* Also after an init that failed. */
  int32_t (*stop)(void* plugin, discern_failure* failure);
  /* After it nothing of the plugin runs; its callbacks were released before. */
  void (*destroy)(void* plugin);
} discern_plugin;

/* The one symbol a plugin exports. The table is static. */
typedef const discern_plugin* (*discern_plugin_entry_fn)(void);
#define DISCERN_PLUGIN_ENTRY "discern_plugin_entry"

#ifdef __cplusplus
}
#endif
