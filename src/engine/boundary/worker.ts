import { expose } from "comlink";
import { browserEnvironment } from "../machine/browserEnvironment";
import { createSession } from "../session";
import { carryErrors } from "./boundary";
import { serve } from "./serve";

carryErrors();
expose(serve(createSession(browserEnvironment())));
