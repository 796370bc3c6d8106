using Byon.Functions.Channels;
using Byon.Functions.Http;
using Byon.Functions.OpenApi;
using Byon.Functions.Surfaces;
using Byon.Functions.Triggers;
using Byon.Platform;
using Microsoft.Extensions.Options;

namespace Byon.Functions;

/// <summary>The REST API: a custom handler of the Azure Functions host.</summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        try
        {
            Build(args).Run();
            return 0;
        }
        catch (OptionsValidationException wrong)
        {
            Console.Error.WriteLine(wrong.Message);
            return 1;
        }
    }

    /// <param name="args">Settings as --Section:Key=value; they win over the environment.</param>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.AddCustomHandler();
        builder.Services.AddPlatform(builder.Configuration);
        builder.AddSecurity();
        builder.AddBusinesses();
        builder.AddNodes();
        builder.AddApis();
        builder.AddDelivery();
        builder.AddTimers();
        builder.AddPush();
        builder.AddSurfaces();

        var app = builder.Build();
        app.Use(next => context => ResponseHeaders.AddAsync(context, next));
        app.Use(next => context => Correlator.EchoAsync(context, next));
        app.Use(next => context => app.Services.GetRequiredService<Failures>().AnswerAsync(context, next));
        app.UseRouting();
        HealthApi.Map(app);
        TriggerRoutes.Map(app);
        WebPubSubHook.Map(app);
        app.Services.GetRequiredService<AllSurfaces>().Map(app);
        app.Services.GetRequiredService<OpenApiPages>().Map(app);
        return app;
    }
}
