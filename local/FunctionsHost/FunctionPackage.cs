namespace Byon.Local.FunctionsHost;

/// <summary>What host.json says, as far as a custom handler is concerned.</summary>
/// <param name="Executable">A file below the package root, or a program on the path.</param>
/// <param name="ProxiesHttp">enableProxyingHttpRequest: HTTP functions get the request itself, not an envelope.</param>
internal sealed record HostFile(
    string RoutePrefix, string Executable, IReadOnlyList<string> Arguments, string WorkingDirectory, bool ProxiesHttp, QueueSettings Queues);

/// <summary>Section extensions.queues of host.json, with the host's own values for what it leaves out.</summary>
/// <param name="BatchSize">Messages got at once, at most 32.</param>
/// <param name="NewBatchThreshold">More are got when so many, or fewer, are still being worked on.</param>
/// <param name="VisibilityTimeout">When a message whose invocation failed can be seen again.</param>
/// <param name="MaximumPollingInterval">The pause between two looks into an empty queue grows up to this.</param>
internal sealed record QueueSettings(
    bool EncodesBase64, int MaximumDequeueCount, TimeSpan VisibilityTimeout, int BatchSize, int NewBatchThreshold, TimeSpan MaximumPollingInterval);

/// <summary>One folder with a function.json; the folder's name is the function's.</summary>
internal abstract record FunctionDefinition(string Name);

/// <param name="Route">A route template without the prefix.</param>
internal sealed record HttpFunction(string Name, string Route, IReadOnlyList<string> Methods) : FunctionDefinition(Name);

/// <param name="Binding">Name of the trigger's binding: the member of Data in the envelope.</param>
/// <param name="Schedule">Six-field NCRONTAB expression.</param>
internal sealed record TimerFunction(string Name, string Binding, NcrontabSchedule Schedule, bool RunOnStartup) : FunctionDefinition(Name);

/// <param name="Binding">Name of the trigger's binding: the member of Data in the envelope.</param>
/// <param name="Connection">App setting, or section of app settings, that says where the queue is.</param>
internal sealed record QueueFunction(string Name, string Binding, string Queue, string Connection) : FunctionDefinition(Name);

/// <summary>A package root that was read and found runnable by this host.</summary>
internal sealed record FunctionPackage(string Root, HostFile Host, IReadOnlyList<FunctionDefinition> Functions);
