using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Byon.Local.FunctionsHost;

/// <summary>Reads host.json and the function.json files of a package root, and refuses what this host cannot run as Azure would.</summary>
internal static class FunctionPackageReader
{
    private static readonly string[] AllMethods = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <exception cref="InvalidDataException">Names the file and what is wrong with it.</exception>
    public static FunctionPackage Read(string root)
    {
        var host = ReadHost(Path.Combine(root, "host.json"));
        var functions = Directory.EnumerateFiles(root, "function.json", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
            .Order(StringComparer.Ordinal).Select(file => ReadFunction(file, host)).ToList();
        return functions.Count > 0
            ? new FunctionPackage(Path.GetFullPath(root), host, functions)
            : throw new InvalidDataException($"{root}: there is no FUNCTION/function.json.");
    }

    private static HostFile ReadHost(string file)
    {
        var json = Parse(file);
        if ((string?)json["version"] != "2.0")
        {
            throw new InvalidDataException($"{file}: version must be \"2.0\".");
        }

        var handler = json["customHandler"] as JsonObject ?? throw new InvalidDataException($"{file}: customHandler is missing; this host runs custom handlers only.");
        if (handler["http"] is not null)
        {
            throw new InvalidDataException($"{file}: customHandler.http.routes excludes function.json files; use those.");
        }

        var description = handler["description"] as JsonObject ?? throw new InvalidDataException($"{file}: customHandler.description is missing.");
        var executable = (string?)description["defaultExecutablePath"];
        return new HostFile(
            ((string?)json["extensions"]?["http"]?["routePrefix"] ?? "api").Trim('/'),
            executable is { Length: > 0 } ? executable : throw new InvalidDataException($"{file}: customHandler.description.defaultExecutablePath is missing."),
            [.. (description["arguments"] as JsonArray ?? []).Select(argument => (string)argument!)],
            (string?)description["workingDirectory"] ?? "",
            (bool?)handler["enableProxyingHttpRequest"] ?? false,
            ReadQueues(file, json["extensions"]?["queues"] as JsonObject ?? []));
    }

    /// <summary>What the host does where the section says nothing: host.json reference of Azure Functions 4.</summary>
    private static QueueSettings ReadQueues(string file, JsonObject json)
    {
        var batchSize = (int?)json["batchSize"] ?? 16;
        var encoding = (string?)json["messageEncoding"] ?? "base64";
        if (batchSize is < 1 or > 32 || encoding is not ("base64" or "none"))
        {
            throw new InvalidDataException($"{file}: extensions.queues: batchSize is 1 to 32, messageEncoding base64 or none.");
        }

        return new QueueSettings(
            encoding == "base64",
            (int?)json["maxDequeueCount"] ?? 5,
            Span(file, json, "visibilityTimeout", TimeSpan.Zero),
            batchSize,
            (int?)json["newBatchThreshold"] ?? batchSize / 2,
            Span(file, json, "maxPollingInterval", TimeSpan.FromMinutes(1)));
    }

    private static TimeSpan Span(string file, JsonObject json, string name, TimeSpan otherwise) =>
        (string?)json[name] is not { } text ? otherwise
        : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) && span >= TimeSpan.Zero ? span
        : throw new InvalidDataException($"{file}: extensions.queues.{name} is no time span.");

    private static FunctionDefinition ReadFunction(string file, HostFile host)
    {
        var name = Path.GetFileName(Path.GetDirectoryName(file))!;
        var bindings = (Parse(file)["bindings"] as JsonArray ?? []).OfType<JsonObject>().ToList();
        var triggers = bindings.Where(binding => ((string?)binding["type"])?.EndsWith("Trigger", StringComparison.OrdinalIgnoreCase) ?? false).ToList();
        if (triggers is not [var trigger])
        {
            throw new InvalidDataException($"{file}: a function has exactly one trigger, this has {triggers.Count}.");
        }

        return (string?)trigger["type"] switch
        {
            "httpTrigger" => ReadHttp(file, name, trigger, bindings, host),
            "timerTrigger" => ReadTimer(file, name, trigger),
            "queueTrigger" => ReadQueue(file, name, trigger),
            var type => throw new InvalidDataException($"{file}: the trigger type {type} is not known to this host; it runs httpTrigger, queueTrigger and timerTrigger."),
        };
    }

    private static HttpFunction ReadHttp(string file, string name, JsonObject trigger, List<JsonObject> bindings, HostFile host)
    {
        if (!host.ProxiesHttp || bindings is not [_, var other] || (string?)other["type"] != "http" || (string?)other["direction"] != "out")
        {
            throw new InvalidDataException(
                $"{file}: this host proxies HTTP; it needs enableProxyingHttpRequest in host.json and exactly one httpTrigger and one http binding.");
        }

        if (!string.Equals((string?)trigger["authLevel"], "anonymous", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidDataException($"{file}: this host has no function keys; authLevel must be anonymous.");
        }

        var route = ((string?)trigger["route"] ?? name).Trim('/');
        if (route.StartsWith("{*", StringComparison.Ordinal) && host.RoutePrefix.Length == 0)
        {
            throw new InvalidDataException($"{file}: the route {route} would let anybody post to the functions of queues and timers.");
        }

        var methods = (trigger["methods"] as JsonArray)?.Select(method => (string)method!).ToArray() ?? AllMethods;
        return new HttpFunction(name, route, [.. methods.Select(method => method.ToUpperInvariant())]);
    }

    private static TimerFunction ReadTimer(string file, string name, JsonObject trigger)
    {
        var expression = (string?)trigger["schedule"] ?? "";
        if (!NcrontabSchedule.TryParse(expression, out var schedule))
        {
            throw new InvalidDataException($"{file}: the schedule '{expression}' is not a six-field NCRONTAB expression.");
        }

        return new TimerFunction(name, (string?)trigger["name"] ?? "timer", schedule, (bool?)trigger["runOnStartup"] ?? false);
    }

    private static QueueFunction ReadQueue(string file, string name, JsonObject trigger)
    {
        var queue = (string?)trigger["queueName"] ?? "";
        return queue.Length > 0
            ? new QueueFunction(name, (string?)trigger["name"] ?? "message", queue, (string?)trigger["connection"] ?? "AzureWebJobsStorage")
            : throw new InvalidDataException($"{file}: queueName is missing.");
    }

    private static JsonObject Parse(string file)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(file), documentOptions: Lenient) as JsonObject
                ?? throw new InvalidDataException($"{file}: not a JSON object.");
        }
        catch (Exception unreadable) when (unreadable is JsonException or IOException)
        {
            throw new InvalidDataException($"{file}: {unreadable.Message}", unreadable);
        }
    }
}
