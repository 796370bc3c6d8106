using Byon.MediaNode;
using Byon.MediaNode.Control;
using Byon.Platform;
using Microsoft.Extensions.Options;

try
{
    await NodeProgram.Build(args).RunAsync();
    return Environment.ExitCode;
}
catch (Exception fault) when (NodeProgram.Complaint(fault) is { } complaint)
{
    await Console.Error.WriteLineAsync(complaint);
    return 2;
}

namespace Byon.MediaNode
{
    /// <summary>One media node as a web application: the control API and, behind it, everything <see cref="NodeServices"/> lists.</summary>
    public static class NodeProgram
    {
        public static WebApplication Build(string[] args)
        {
            var builder = WebApplication.CreateSlimBuilder(args);
            var options = NodeOptions.Read(builder.Configuration);
            builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss.fff "));
            builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
            builder.WebHost.ConfigureKestrel(kestrel =>
            {
                kestrel.Listen(options.ControlListen);
                kestrel.Limits.MaxRequestBodySize = ControlApi.LongestBody;
                kestrel.AddServerHeader = false;
            });
            builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainTime + TimeSpan.FromSeconds(20));
            builder.Services.AddPlatform(builder.Configuration);
            builder.Services.AddMediaNode(options);

            var app = builder.Build();
            app.MapControl();
            return app;
        }

        /// <summary>What the operator has to change, for faults that are theirs to mend; null for every other fault.</summary>
        public static string? Complaint(Exception fault) => fault switch
        {
            NodeOptionsException or OptionsValidationException => fault.Message,
            IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } => $"Setting Node__Control__Port cannot be used: {fault.Message}",
            _ => null,
        };
    }
}
